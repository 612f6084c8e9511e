/** JSON as policies are written in: an object, and no field of any object twice. */

export type JsonObject = Readonly<Record<string, unknown>>;

export type DocumentText =
  | { readonly kind: 'object'; readonly object: JsonObject }
  /** What is wrong and where, for people. */
  | { readonly kind: 'fault'; readonly fault: string };

/** Never throws, however deep or odd the text is: `JSON.parse` and the search for doubles both run without recursion. */
export function readDocument(text: string): DocumentText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'fault', fault: positionIn(error, text) };
  }
  if (!isObject(value)) return { kind: 'fault', fault: 'no JSON object' };
  const double = doubleField(text);
  if (double !== undefined) return { kind: 'fault', fault: `the field ${double.slice(0, 64)} stands twice` };
  return { kind: 'object', object: value };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The engine does not always tell the place. */
function positionIn(error: unknown, text: string): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (position === undefined) return 'no JSON';
  const before = text.slice(0, Number(position)).split('\n');
  return `no JSON at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/**
 * The first field that stands twice in one object of a text that is JSON.
 * (IAM User Guide, "Grammar of the IAM JSON policy language": elements must not contain a key twice.)
 */
function doubleField(text: string): string | undefined {
  // One entry an open bracket: the fields seen, or undefined in a list.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    if (character !== '"') continue;
    const end = endOfString(text, at);
    const fields = open.at(-1);
    if (fields && isFollowedByColon(text, end + 1)) {
      const field: string = JSON.parse(text.slice(at, end + 1));
      if (fields.has(field)) return field;
      fields.add(field);
    }
    at = end;
  }
  return undefined;
}

/** The index of the quote that closes the string. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function isFollowedByColon(text: string, start: number): boolean {
  let at = start;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return text[at] === ':';
}
