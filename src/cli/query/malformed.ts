/** Where a query is wrong: its line, and a caret under the place. */
import { shown } from '../terminal/shown.ts';
import { cut, widthOf } from '../terminal/width.ts';

/** Half-open range of UTF-16 offsets, as `queryCompileError.location` has it. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What stands before the place is left out beyond this. Cells. */
const BEFORE_MAX = 50;
const LINE_WIDTH = 100;

/**
 * `line 2, column 3:`, the line, and carets under the place.
 * @param mark colours the carets
 */
export function pointedAt(query: string, { start, end }: Place, mark: (carets: string) => string): string {
  const at = Math.min(Math.max(0, start), query.length);
  const lineStart = query.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = query.indexOf('\n', at) < 0 ? query.length : query.indexOf('\n', at);
  const number = query.slice(0, lineStart).split('\n').length;
  const ahead = nearEnd(shown(query.slice(lineStart, at)));
  const rest = shown(query.slice(at, lineEnd)).trimEnd();
  const marked = shown(query.slice(at, Math.min(Math.max(end, at + 1), lineEnd)));
  const room = LINE_WIDTH - widthOf(ahead);
  const carets = '^'.repeat(Math.max(1, Math.min(widthOf(marked), room)));
  const column = at - lineStart + 1;
  return `line ${number}, column ${column}:\n  ${ahead}${cut(rest, room)}\n  ${' '.repeat(widthOf(ahead))}${mark(carets)}`;
}

/** The end of a long text, … before it. */
function nearEnd(text: string): string {
  if (widthOf(text) <= BEFORE_MAX) return text;
  let from = Math.max(0, text.length - BEFORE_MAX);
  while (widthOf(text.slice(from)) > BEFORE_MAX - 1) from += 1;
  return `…${text.slice(from)}`;
}
