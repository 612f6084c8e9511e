/** A stream's events as the gzip files of an export, each of a bounded size. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { LogEventPosition, LogEventQuery, Store } from '#store';
import { positionOf } from '../positions.ts';

/** What is asked of the store at a time. */
const PIECE_EVENTS_MAX = 5_000;
const PIECE_BYTES_MAX = 4 * 1_048_576;
/** Text of one file, bytes before compression: it and a piece are what an export holds in memory. */
export const FILE_BYTES_MAX = 16 * 1_048_576;

const compress = promisify(gzip);

export interface ExportFile {
  readonly bytes: Uint8Array;
  /** Its last event. */
  readonly last: LogEventPosition;
}

/** Files of the events of a query that come after `after`, in their order; none when there are no events. */
export async function* exportFiles(
  store: Pick<Store, 'readLogEvents'>,
  query: Omit<LogEventQuery, 'limit' | 'order' | 'after'>,
  after: LogEventPosition | undefined,
  fileBytesMax = FILE_BYTES_MAX,
): AsyncGenerator<ExportFile, void, void> {
  let last = after;
  let lines: string[] = [];
  let bytes = 0;
  const file = async (at: LogEventPosition): Promise<ExportFile> => {
    const text = lines.join('');
    lines = [];
    bytes = 0;
    return { bytes: await compress(text), last: at };
  };
  for (;;) {
    const bounds = { limit: PIECE_EVENTS_MAX, bytesMax: PIECE_BYTES_MAX };
    const piece = await store.readLogEvents({ ...query, ...(last && { after: last }), ...bounds, order: 'ascending' });
    let messageBytes = 0;
    for (const row of piece) {
      const line = `${new Date(row.timestampMs).toISOString()} ${row.message}\n`;
      const lineBytes = Buffer.byteLength(line);
      messageBytes += Buffer.byteLength(row.message);
      if (last && bytes > 0 && bytes + lineBytes > fileBytesMax) yield await file(last);
      lines.push(line);
      bytes += lineBytes;
      last = positionOf(row);
    }
    if (piece.length < bounds.limit && messageBytes <= bounds.bytesMax) break;
  }
  if (last && bytes > 0) yield await file(last);
}
