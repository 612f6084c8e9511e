import type { Row } from './columns.ts';

const LINE_END = '\r\n';
const LINES_AT_ONCE = 500;

/** RFC 4180: a header, a line for each row; a missing value is empty. */
export function* csv(columns: readonly string[], rows: readonly Row[]): Generator<string> {
  yield `${columns.map(field).join(',')}${LINE_END}`;
  for (let at = 0; at < rows.length; at += LINES_AT_ONCE) {
    const lines = rows
      .slice(at, at + LINES_AT_ONCE)
      .map((row) => columns.map((name) => field(row.get(name) ?? '')).join(','));
    yield `${lines.join(LINE_END)}${LINE_END}`;
  }
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
