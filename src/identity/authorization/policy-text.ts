/** What the text of a well-formed policy tells beyond its meaning: where its statements stand, and which keys it names. */

/** A place in a text; both count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export interface TextSpan {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/**
 * Where each statement stands, in order. As AWS's simulator tells it, a statement starts right after the bracket, comma
 * or colon before it, and ends right after its brace.
 */
export function statementSpans(text: string): TextSpan[] {
  let spans: [start: number, end: number][] = [];
  let depth = 0;
  let key: string | undefined;
  let isStatement = false;
  // The depth that the braces of statements stand at: 1 when there is only one, 2 within a list.
  let statementDepth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      if (depth === 1) key = JSON.parse(text.slice(at, end)) as string;
      at = end - 1;
    } else if (character === ':' && depth === 1) {
      isStatement = key === 'Statement';
      // Of a key that is there twice the last counts.
      if (isStatement) spans = [];
      statementDepth = 1;
      start = at + 1;
    } else if (character === ',' && depth === statementDepth) {
      start = at + 1;
    } else if (character === '{' || character === '[') {
      if (character === '[' && depth === 1) {
        statementDepth = 2;
        start = at + 1;
      }
      depth += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      if (character === '}' && isStatement && depth > 0 && depth === statementDepth) spans.push([start, at + 1]);
    }
  }
  return spans.map(([from, to]) => ({ start: positionOf(text, from), end: positionOf(text, to) }));
}

/** After its closing quote. */
function endOfString(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function positionOf(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/**
 * The context keys that a policy asks for, in conditions and as variables: each once, as it is first spelled.
 * (IAM API Reference, GetContextKeysForCustomPolicy.)
 */
export function contextKeysIn(texts: readonly string[]): string[] {
  const keys = new Map<string, string>();
  const add = (key: string): void => {
    if (!keys.has(key.toLowerCase())) keys.set(key.toLowerCase(), key);
  };
  for (const text of texts) {
    const { Statement: statements }: { Statement?: unknown } = JSON.parse(text);
    for (const statement of listOf(statements)) keysOfStatement(statement, add);
  }
  return [...keys.values()];
}

function keysOfStatement(statement: unknown, add: (key: string) => void): void {
  const { Condition, Resource, NotResource } = fieldsOf(statement);
  for (const conditions of Object.values(fieldsOf(Condition))) {
    for (const [key, values] of Object.entries(fieldsOf(conditions))) {
      add(key);
      for (const value of listOf(values)) keysInVariables(value, add);
    }
  }
  for (const value of [...listOf(Resource), ...listOf(NotResource)]) keysInVariables(value, add);
}

function keysInVariables(value: unknown, add: (key: string) => void): void {
  if (typeof value !== 'string') return;
  for (const [, expression = ''] of value.matchAll(/\$\{([^}]*)\}/g)) {
    const key = (expression.split(',', 1)[0] ?? '').trim();
    if (key.includes(':')) add(key);
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
