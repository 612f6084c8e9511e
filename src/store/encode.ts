/** Rows as RowBinary, a slice at a time, so that the event loop that answers model calls never waits for a whole batch. */
import { NO_ATTRIBUTES } from './attributes.ts';
import { RowBinaryWriter } from './row-binary.ts';
import { ATTRIBUTES_NAME, type InsertTable } from './tables/column.ts';

/** Encoding gives way to other work after so long, milliseconds. */
const SLICE_MS = 2;

/** The columns in the order in which `encodeRows` writes them. */
export function insertColumns<Row>(table: InsertTable<Row>): string {
  return [...table.columns.map((column) => column.name), ATTRIBUTES_NAME].join(', ');
}

/**
 * Encodes rows with all columns and their attributes.
 * @param withoutAttributes rows whose attributes the engine refuses
 * @returns the writer that holds the bytes; the caller releases it
 */
export async function encodeRows<Row>(
  table: InsertTable<Row>,
  rows: readonly Row[],
  withoutAttributes: ReadonlySet<Row>,
): Promise<RowBinaryWriter> {
  return encodeSliced(rows, (writer, row) => {
    for (const column of table.columns) column.write(writer, row);
    writer.string(withoutAttributes.has(row) ? NO_ATTRIBUTES : table.attributes(row));
  });
}

/** Encodes the attributes alone, for asking the engine whether it takes them. */
export async function encodeAttributes<Row>(table: InsertTable<Row>, rows: readonly Row[]): Promise<RowBinaryWriter> {
  return encodeSliced(rows, (writer, row) => writer.string(table.attributes(row)));
}

async function encodeSliced<Row>(
  rows: readonly Row[],
  encode: (writer: RowBinaryWriter, row: Row) => void,
): Promise<RowBinaryWriter> {
  const writer = new RowBinaryWriter();
  let sliceEndMs = performance.now() + SLICE_MS;
  for (const row of rows) {
    encode(writer, row);
    if (performance.now() < sliceEndMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceEndMs = performance.now() + SLICE_MS;
  }
  return writer;
}
