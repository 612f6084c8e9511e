/**
 * Rows for eyes: columns side by side where they fit the terminal, else a block for each row. Values that are too long are
 * cut with …; where the output is no terminal nothing is cut.
 */
import { shown } from '../terminal/shown.ts';
import { cut, padded, widthOf } from '../terminal/width.ts';
import type { Row } from './columns.ts';

const GAP = '  ';
/** Narrower than this, values say nothing: rows become blocks. Cells. */
const COLUMN_WIDTH_MIN = 6;
/** Where nothing is cut, a longer value pushes the next ones aside: others are not padded to it. Cells. */
const COLUMN_WIDTH_MAX = 160;
/** As queries show times. */
const TIME = /^(?:0|\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3})$/;
const NUMBER = /^-?\d+(?:\.\d+)?(?:E[+-]?\d+)?$/i;

export interface Frame {
  /** Cells of a line; undefined: no limit. */
  readonly width: number | undefined;
  readonly head: (text: string) => string;
}

interface Column {
  readonly name: string;
  /** Cells of the widest value or the name. */
  readonly natural: number;
  /** What it is not made narrower than while others can be. */
  readonly least: number;
  readonly side: 'left' | 'right';
}
type Fitted = Column & { readonly width: number };

export function* table(names: readonly string[], rows: readonly Row[], frame: Frame): Generator<string> {
  const measured = names.map((name) => measure(name, rows, frame.width ?? COLUMN_WIDTH_MAX));
  const columns = fitted(measured, frame.width);
  if (!columns) {
    yield* blocks(names, rows, frame);
    return;
  }
  const cutting = frame.width !== undefined;
  yield `${frame.head(line(columns, (name) => name, cutting))}\n`;
  yield `${frame.head(columns.map(({ width }) => '─'.repeat(width)).join(GAP))}\n`;
  for (const row of rows) yield `${line(columns, (name) => row.get(name) ?? '', cutting)}\n`;
}

/** A number or a time that is cut says nothing, or something wrong. */
function measure(name: string, rows: readonly Row[], max: number): Column {
  const nameWidth = widthOf(seen(name, max), max);
  let values = 0;
  for (const row of rows) {
    if (values >= max) break;
    values = Math.max(values, widthOf(seen(row.get(name) ?? '', max), max));
  }
  const every = (form: RegExp): boolean => values > 0 && rows.every((row) => form.test(row.get(name) || '0'));
  const numbers = every(NUMBER);
  const natural = Math.min(max, Math.max(nameWidth, values));
  const least = numbers || every(TIME) ? Math.max(values, COLUMN_WIDTH_MIN) : COLUMN_WIDTH_MIN;
  return { name, natural, least: Math.min(natural, least), side: numbers ? 'right' : 'left' };
}

function line(columns: readonly Fitted[], valueOf: (name: string) => string, cutting: boolean): string {
  const cells = columns.map(({ name, width, side }) => {
    const value = seen(valueOf(name), cutting ? width : undefined);
    return padded(cutting ? cut(value, width) : value, width, side);
  });
  return cells.join(GAP).trimEnd();
}

/** Of a long value only as much is looked at as can be shown. */
function seen(value: string, width: number | undefined): string {
  return shown(width === undefined ? value : value.slice(0, (width + 1) * SLICE_FACTOR));
}
const SLICE_FACTOR = 32;

/** Takes from the widest until all fit; undefined when they cannot. */
function fitted(columns: readonly Column[], total: number | undefined): Fitted[] | undefined {
  if (total === undefined) return columns.map((column) => ({ ...column, width: column.natural }));
  const room = total - GAP.length * Math.max(0, columns.length - 1);
  const anyWidth = columns.map((column) => ({ ...column, least: Math.min(column.natural, COLUMN_WIDTH_MIN) }));
  return narrowed(columns, room) ?? narrowed(anyWidth, room);
}

function narrowed(columns: readonly Column[], room: number): Fitted[] | undefined {
  const widthsAt = (max: number): number[] =>
    columns.map(({ natural, least }) => Math.max(least, Math.min(natural, max)));
  const sum = (widths: readonly number[]): number => widths.reduce((all, width) => all + width, 0);
  let max = Math.max(0, ...columns.map(({ natural }) => natural));
  while (max > 0 && sum(widthsAt(max)) > room) max -= 1;
  const widths = widthsAt(max);
  let left = room - sum(widths);
  if (left < 0) return undefined;
  // What is left over goes to columns that were cut, the last ones first.
  for (let at = widths.length - 1; at >= 0 && left > 0; at -= 1) {
    const width = widths[at] ?? 0;
    if (width !== max || width >= (columns[at]?.natural ?? 0)) continue;
    widths[at] = width + 1;
    left -= 1;
  }
  return columns.map((column, at) => ({ ...column, width: widths[at] ?? 0 }));
}

/** `field  value` lines, a rule between rows. */
function* blocks(names: readonly string[], rows: readonly Row[], { width = 80, head }: Frame): Generator<string> {
  const nameWidth = Math.min(Math.max(...names.map((name) => widthOf(shown(name)))), Math.floor(width / 2));
  for (const [index, row] of rows.entries()) {
    const title = ` ${index + 1} `;
    yield `${head(`──${title}${'─'.repeat(Math.max(0, width - title.length - 2))}`)}\n`;
    for (const name of names) {
      if (!row.has(name)) continue;
      const room = Math.max(1, width - nameWidth - GAP.length);
      const value = cut(seen(row.get(name) ?? '', room), room);
      yield `${head(padded(cut(seen(name, nameWidth), nameWidth), nameWidth))}${GAP}${value}\n`;
    }
  }
}
