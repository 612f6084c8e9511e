import { isBlank, type Span, stringEnd } from './scan.ts';

/** Puts `text` in place of the span; an empty text removes it. */
export interface Edit extends Span {
  readonly text: string;
}

/** The text with every edit made. Edits inside of a wider edit are dropped: what it removes is gone. */
export function applyEdits(text: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return text;
  const ordered = [...edits].sort((a, b) => a.start - b.start || b.end - a.end);
  const pieces: Buffer[] = [];
  let at = 0;
  for (const edit of ordered) {
    if (edit.start < at) continue;
    pieces.push(text.subarray(at, edit.start));
    if (edit.text !== '') pieces.push(Buffer.from(edit.text));
    at = edit.end;
  }
  pieces.push(text.subarray(at));
  return Buffer.concat(pieces);
}

/** The edits that take some of a container's items (members or elements) away with their commas. */
export function removals(items: readonly Span[], removed: (index: number) => boolean): Edit[] {
  const edits: Edit[] = [];
  const firstKept = items.findIndex((_, index) => !removed(index));
  if (firstKept === -1) {
    const [first, last] = [items[0], items[items.length - 1]];
    return first && last ? [{ start: first.start, end: last.end, text: '' }] : [];
  }
  items.forEach((item, index) => {
    if (!removed(index)) return;
    // Before the first item that stays the comma behind goes too, after it the comma in front.
    const edit =
      index < firstKept
        ? { start: item.start, end: items[index + 1]?.start ?? item.end }
        : { start: items[index - 1]?.end ?? item.start, end: item.end };
    edits.push({ ...edit, text: '' });
  });
  return edits;
}

/**
 * The JSON text on one line: when it holds a raw newline, all blanks outside of strings are removed, else it stays as
 * it is (only blanks around it go). A JSON string cannot hold a raw newline, so nothing inside of one is ever touched.
 */
export function onOneLine(text: Buffer): Buffer {
  if (text.includes(0x0a) || text.includes(0x0d)) return minified(text);
  let start = 0;
  let end = text.length;
  while (isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  // The same buffer where nothing goes: what is known of it (its parsed value) stays known.
  return start === 0 && end === text.length ? text : text.subarray(start, end);
}

function minified(text: Buffer): Buffer {
  const out = Buffer.allocUnsafe(text.length);
  let length = 0;
  let at = 0;
  while (at < text.length) {
    const byte = text[at] ?? 0;
    if (byte === 0x22) {
      const end = stringEnd(text, at);
      length += text.copy(out, length, at, end);
      at = end;
      continue;
    }
    if (!isBlank(byte)) {
      out[length] = byte;
      length += 1;
    }
    at += 1;
  }
  return out.subarray(0, length);
}
