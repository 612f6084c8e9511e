/** Rows as RowBinary, a slice at a time, so that the event loop that answers model calls never waits for a whole batch. */
import { Slices } from '#base';
import { ANYTHING, type Derived, NO_ATTRIBUTES } from './attributes.ts';
import { RowBinaryWriter } from './row-binary.ts';
import { ATTRIBUTES_NAME, COMPLETION_NAME, type InsertTable, OTHERS_NAME, VERBATIM_NAME } from './tables/column.ts';

const NOTHING_DERIVED = { attributes: NO_ATTRIBUTES, others: ANYTHING } as const;

/** The columns in the order in which `encodeRow` writes them. */
export function insertColumns<Row>(table: InsertTable<Row>): string {
  const own = table.columns.map((column) => column.name);
  if (!table.derived) return own.join(', ');
  const others = table.hasOthers ? [OTHERS_NAME] : [];
  const completion = table.hasCompletion ? [COMPLETION_NAME] : [];
  const verbatim = table.hasVerbatim ? [VERBATIM_NAME] : [];
  return [...own, ATTRIBUTES_NAME, ...others, ...completion, ...verbatim].join(', ');
}

/**
 * Writes a row with all columns, those that are derived from it too.
 * @returns what was derived; undefined when the table has no such columns
 */
export function encodeRow<Row>(
  table: InsertTable<Row>,
  writer: RowBinaryWriter,
  row: Row,
  hasAttributes: boolean,
): Derived | undefined {
  for (const column of table.columns) column.write(writer, row);
  const derived = table.derived?.(row);
  if (!derived) return undefined;
  const { attributes, others } = hasAttributes ? derived : NOTHING_DERIVED;
  writer.string(attributes);
  if (table.hasOthers) writer.strings(others);
  if (table.hasCompletion) writer.string(derived.completion);
  if (table.hasVerbatim) writer.bool(derived.verbatim);
  return derived;
}

/**
 * @param withoutAttributes rows whose attributes the engine refuses
 * @returns the writer that holds the bytes; the caller releases it
 */
export async function encodeRows<Row>(
  table: InsertTable<Row>,
  rows: readonly Row[],
  withoutAttributes: ReadonlySet<Row>,
): Promise<RowBinaryWriter> {
  return encodeSliced(rows, (writer, row) => void encodeRow(table, writer, row, !withoutAttributes.has(row)));
}

/** Encodes the attributes alone, for asking the engine whether it takes them. */
export async function encodeAttributes<Row>(table: InsertTable<Row>, rows: readonly Row[]): Promise<RowBinaryWriter> {
  return encodeSliced(rows, (writer, row) => writer.string((table.derived?.(row) ?? NOTHING_DERIVED).attributes));
}

async function encodeSliced<Row>(
  rows: readonly Row[],
  encode: (writer: RowBinaryWriter, row: Row) => void,
): Promise<RowBinaryWriter> {
  const writer = new RowBinaryWriter();
  const slices = new Slices();
  for (const row of rows) {
    encode(writer, row);
    const turn = slices.over();
    if (turn) await turn;
  }
  return writer;
}
