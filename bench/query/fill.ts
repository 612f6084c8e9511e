/** Puts the records into a store as Varve does, and beside it the same records as gzipped objects, as Varve delivers them. */
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { sleep } from '#base';
import type { LogEventRow, Store } from '#store';
import { ACCOUNT, END_MS, ingestionEvent, invocationRecord, type MadeEvent, REGION, START_MS } from './records.ts';

export const INVOCATIONS_GROUP = { generation: 'bench-invocations', name: '/aws/bedrock/modelinvocations' };
export const INGESTION_GROUP = {
  generation: 'bench-ingestion',
  name: '/aws/vendedlogs/bedrock/knowledge-base/APPLICATION_LOGS/KBBENCH001',
};
/** Events of the knowledge base for every record of an invocation. */
const INGESTION_SHARE = 0.2;
/** About what one batch of the server's store sink holds: 8 MiB. */
const BATCH_RECORDS = 1_000;
const BATCH_EVENTS = 5_000;
const OBJECT_RECORDS = 500;
const INSERTS_AT_ONCE = 2;
const gzipped = promisify(gzip);

export interface Filled {
  readonly records: number;
  readonly events: number;
  readonly rawBytes: number;
  readonly gzipBytes: number;
  readonly seconds: number;
}

/** @param objects directory for the gzipped objects */
export async function fill(store: Store, records: number, objects: string): Promise<Filled> {
  mkdirSync(objects, { recursive: true });
  const startedMs = performance.now();
  const events = Math.ceil(records * INGESTION_SHARE);
  let [sequence, rawBytes, gzipBytes] = [0, 0, 0];
  const running = new Set<Promise<void>>();
  const begin = async (work: Promise<void>): Promise<void> => {
    const done: Promise<void> = work.finally(() => running.delete(done));
    running.add(done);
    if (running.size >= INSERTS_AT_ONCE) await Promise.race(running);
  };
  const insert = (group: { generation: string }, made: readonly MadeEvent[]): Promise<void> => {
    const rows = made.map(({ timestampMs, message }): LogEventRow => {
      sequence += 1;
      return {
        key: { node: 'bench', sequence, index: 0 },
        accountId: ACCOUNT,
        region: REGION,
        groupGeneration: group.generation,
        streamName: 'aws/bedrock/modelinvocations',
        timestampMs,
        ingestionMs: timestampMs + 2_000,
        message,
      };
    });
    const range = { node: 'bench', firstSequence: sequence - rows.length + 1, lastSequence: sequence };
    return store.insertLogEvents({ ...range, rows, retry: false });
  };
  for (let at = 0; at < records; at += BATCH_RECORDS) {
    const made = slice(at, Math.min(BATCH_RECORDS, records - at), (index) => invocationRecord(index, records));
    const objectsOf = async (): Promise<void> => {
      for (let from = 0; from < made.length; from += OBJECT_RECORDS) {
        const lines = made.slice(from, from + OBJECT_RECORDS).map(({ message }) => `${message}\n`);
        const text = Buffer.from(lines.join(''));
        // The fastest level: what reads the objects hardly feels it.
        const packed = await gzipped(text, { level: constants.Z_BEST_SPEED });
        rawBytes += text.length;
        gzipBytes += packed.length;
        await writeFile(join(objects, `${String(at + from).padStart(9, '0')}.json.gz`), packed);
      }
    };
    await begin(Promise.all([insert(INVOCATIONS_GROUP, made), objectsOf()]).then(() => undefined));
    if (at > 0 && at % 50_000 === 0) progress(`${at} of ${records} records, ${seconds(startedMs).toFixed(0)} s`);
  }
  for (let at = 0; at < events; at += BATCH_EVENTS) {
    const made = slice(at, Math.min(BATCH_EVENTS, events - at), (index) => ingestionEvent(index, events));
    await begin(insert(INGESTION_GROUP, made));
  }
  await Promise.all(running);
  return { records, events, rawBytes, gzipBytes, seconds: seconds(startedMs) };
}

const SETTLED_TIMEOUT_MS = 120_000;

/** Waits until the engine has no more parts to merge for a while and their words are listed, or two minutes. */
export async function settle(store: Store): Promise<void> {
  const startedMs = performance.now();
  let quiet = 0;
  while (quiet < 5 && performance.now() - startedMs < SETTLED_TIMEOUT_MS) {
    const merges = await one(store, 'SELECT count() FROM system.merges');
    quiet = merges === 0 ? quiet + 1 : 0;
    await sleep(500);
  }
  // The first search begins with that; without one it begins ten minutes after the last merge.
  const whole = { startMs: START_MS, endMs: END_MS };
  const listed = async (): Promise<boolean> =>
    (await store.wordsHolding([{ text: 'nowhere', anyCase: false }], whole))[0] !== undefined;
  while (!(await listed()) && performance.now() - startedMs < SETTLED_TIMEOUT_MS) await sleep(500);
}

/** Bytes of the parts in use, and of some of their columns and indexes. */
export async function sizesOf(store: Store): Promise<Record<'parts' | 'all' | 'message' | 'attrs' | 'index', number>> {
  const active = "database = 'varve' AND table = 'log_events' AND active";
  const column = (name: string): Promise<number> =>
    one(
      store,
      `SELECT sum(column_data_compressed_bytes) FROM system.parts_columns WHERE ${active} AND column = '${name}'`,
    );
  return {
    parts: await one(store, `SELECT count() FROM system.parts WHERE ${active}`),
    all: await one(store, `SELECT sum(bytes_on_disk) FROM system.parts WHERE ${active}`),
    message: await column('message'),
    attrs: await column('attrs'),
    index: await one(store, `SELECT sum(secondary_indices_compressed_bytes) FROM system.parts WHERE ${active}`),
  };
}

async function one(store: Store, sql: string): Promise<number> {
  const bounds = { signal: new AbortController().signal, timeoutMs: 60_000, memoryBytesMax: 500_000_000 };
  for await (const [value] of store.query({ sql, parameters: {}, ...bounds })) return Number(value);
  return 0;
}

function slice(from: number, count: number, make: (index: number) => MadeEvent): MadeEvent[] {
  return Array.from({ length: count }, (_, at) => make(from + at));
}

function seconds(sinceMs: number): number {
  return (performance.now() - sinceMs) / 1000;
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
