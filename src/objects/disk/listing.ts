/**
 * Listing by key in UTF-8 byte order. With a delimiter the index is walked by jumps: from a key below a common prefix
 * straight to the first key after all of that prefix (no key holds the byte FF, so `prefix · FF` is behind them all).
 * A listing therefore costs one index seek for each entry it gives, however many keys its prefixes hold.
 */
import type { SqlStatement } from '#state';
import type { ListOptions, ListResult } from '../types.ts';
import { keyBytes, objectOf } from './rows.ts';
import type { SqlRow } from '#state';

const BEHIND = Buffer.from([0xff]);
const SUCCESSOR = Buffer.from([0x00]);

const COLUMNS = 'o.key, o.content, o.size, o.etag, o.modified_ms, o.part_count, o.attributes';

const PLAIN = `SELECT ${COLUMNS} FROM objects_object o
WHERE o.bucket = ? AND o.key >= ? AND o.key < ? ORDER BY o.key LIMIT ?`;

/** `skip` is the first byte behind the prefix, counted from 1; `tail` the delimiter's length less one. */
const WALK = `WITH RECURSIVE
args (bucket, low, high, skip, delimiter, tail, entries) AS (VALUES (?, ?, ?, ?, ?, ?, ?)),
walk (key) AS (
  SELECT (SELECT o.key FROM objects_object o
          WHERE o.bucket = args.bucket AND o.key >= args.low AND o.key < args.high ORDER BY o.key LIMIT 1)
  FROM args
  UNION ALL
  SELECT (SELECT o.key FROM objects_object o
          WHERE o.bucket = args.bucket AND o.key < args.high
            AND o.key > CASE instr(substr(walk.key, args.skip), args.delimiter)
              WHEN 0 THEN walk.key
              ELSE CAST(substr(walk.key, 1, args.skip - 1 + instr(substr(walk.key, args.skip), args.delimiter)
                                            + args.tail) || x'ff' AS BLOB) END
          ORDER BY o.key LIMIT 1)
  FROM walk, args WHERE walk.key IS NOT NULL
  LIMIT (SELECT entries FROM args)
)
SELECT ${COLUMNS} FROM args, walk JOIN objects_object o ON o.bucket = args.bucket AND o.key = walk.key
ORDER BY o.key`;

/** The statement that reads one entry more than asked for, to know whether the list goes on. */
export function listingStatement(generation: string, options: ListOptions): SqlStatement {
  const prefix = keyBytes(options.prefix ?? '');
  const high = Buffer.concat([prefix, BEHIND]);
  const low = lowest(options, prefix);
  const entries = options.maxKeys + 1;
  if (!options.delimiter) return { sql: PLAIN, parameters: [generation, low, high, entries] };
  const delimiter = keyBytes(options.delimiter);
  return {
    sql: WALK,
    parameters: [generation, low, high, prefix.length + 1, delimiter, delimiter.length - 1, entries],
  };
}

function lowest({ startAfter, delimiter, prefix = '' }: ListOptions, prefixBytes: Buffer): Buffer {
  if (startAfter === undefined) return prefixBytes;
  const passed = delimiter && commonPrefix(startAfter, prefix, delimiter) === startAfter;
  const low = Buffer.concat([keyBytes(startAfter), passed ? BEHIND : SUCCESSOR]);
  return Buffer.compare(low, prefixBytes) > 0 ? low : prefixBytes;
}

/** The common prefix that a key falls into, or undefined when it stands for itself. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.slice(0, at + delimiter.length);
}

export function listingResult(rows: readonly SqlRow[], { prefix = '', delimiter, maxKeys }: ListOptions): ListResult {
  const objects: ListResult['objects'][number][] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  for (const row of rows.slice(0, maxKeys)) {
    const { info } = objectOf(row);
    const common = delimiter ? commonPrefix(info.key, prefix, delimiter) : undefined;
    if (common === undefined) objects.push(info);
    else commonPrefixes.push(common);
    last = common ?? info.key;
  }
  return { objects, commonPrefixes, nextStartAfter: rows.length > maxKeys ? last : undefined };
}
