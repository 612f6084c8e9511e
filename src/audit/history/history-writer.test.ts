/** Rows wait for others before they are inserted; nothing that the reader has handed over is lost, whenever the server stops. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { JournalEntry } from '#journal';
import { openState } from '#state';
import type { AuditEventRow } from '#store';
import { type HistoryBatch, HISTORY_READER, HistoryWriter } from './history-writer.ts';

const KIND = 6;

function rowOf(sequence: number): AuditEventRow {
  return {
    key: { node: 'n', sequence, index: 0 },
    timestampMs: sequence,
    accountId: '1',
    region: 'r',
    eventId: `event ${sequence}`,
    eventSource: 's',
    eventName: 'e',
    username: '',
    accessKeyId: '',
    identityArn: '',
    readOnly: true,
    category: 'Management',
    errorCode: '',
    sourceIp: '',
    requestId: '',
    resources: [],
    record: '{}',
  };
}

/** Rows that wait, as they are. */
class PlainRows extends Array<AuditEventRow> {
  get sizeBytes(): number {
    return this.reduce((sum, { record }) => sum + record.length, 0);
  }
  add(row: AuditEventRow): void {
    this.push(row);
  }
  release(): void {
    // The test still looks at them.
  }
}

interface World {
  /** Sequences of what the journal holds. */
  readonly entries: number[];
  readonly batches: HistoryBatch<PlainRows>[];
  readonly held: Map<string, number>;
  /** While set, inserts fail, or wait for it. */
  failure: Error | undefined;
  gate: Promise<void> | undefined;
  /** @param cursor how far the store's reader is */
  open(cursor: number, waitMs?: number): Promise<HistoryWriter<PlainRows>>;
  /** Hands entries over as the reader does, and tells when it may go on. */
  take(writer: HistoryWriter<PlainRows>, sequences: readonly number[], retry?: boolean): Promise<void>;
}

async function world(context: TestContext): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-history-'));
  const state = await openState(join(folder, 'state.sqlite'));
  const writers: HistoryWriter<PlainRows>[] = [];
  const it: World = {
    entries: [],
    batches: [],
    held: new Map(),
    failure: undefined,
    gate: undefined,
    open: async (cursor, waitMs = 3_600_000) => {
      const writer = await HistoryWriter.open({
        journal: {
          nodeId: 'n',
          get head() {
            return it.entries.at(-1) ?? 0;
          },
          read: ({ after }) =>
            Promise.resolve({
              entries: it.entries.filter((sequence) => sequence > after).map(entryOf),
              nextAfter: it.entries.at(-1) ?? after,
              lost: [],
              release: () => undefined,
            }),
          holdFrom: (reader, sequence) => void it.held.set(reader, sequence),
        },
        state,
        hold: () => new PlainRows(),
        insert: async (batch) => {
          await it.gate;
          if (it.failure) throw it.failure;
          it.batches.push(batch);
        },
        kinds: [KIND],
        rowsOf: ({ sequence }) => [rowOf(sequence)],
        waitMs,
      });
      writers.push(writer);
      await writer.start(cursor);
      return writer;
    },
    take: (writer, sequences, retry = false) => {
      it.entries.push(...sequences.filter((sequence) => !it.entries.includes(sequence)));
      const rows = sequences.map(rowOf);
      const [first = 0, last = 0] = [sequences[0], sequences.at(-1)];
      return writer.take({ node: 'n', firstSequence: first, lastSequence: last, rows, retry });
    },
  };
  context.after(async () => {
    for (const writer of writers) await writer.close(0);
    await state.close();
    await rm(folder, { recursive: true });
  });
  return it;
}

function entryOf(sequence: number): JournalEntry {
  return { sequence, writtenMs: 0, kind: KIND, routes: [], payload: Buffer.alloc(0), attachments: [] };
}

function told({ batches }: World): [number, number, number[], boolean][] {
  return batches.map(({ firstSequence, lastSequence, rows, retry }) => [
    firstSequence,
    lastSequence,
    [...rows].map(({ key }) => key.sequence),
    retry,
  ]);
}

test('rows wait for others; a read has them inserted together, and the journal is held until then', async (context) => {
  const here = await world(context);
  const writer = await here.open(0);
  await here.take(writer, [1, 2]);
  await here.take(writer, [5]);
  assert.deepEqual(told(here), []);
  assert.equal(here.held.get(HISTORY_READER), 0);
  assert.equal(await writer.flush(10_000), true);
  assert.deepEqual(told(here), [[1, 5, [1, 2, 5], false]]);
  assert.equal(here.held.get(HISTORY_READER), 5);
  assert.equal(await writer.flush(10_000), true);
  assert.equal(here.batches.length, 1);
});

test('rows that nobody reads are inserted when their time is over', async (context) => {
  const here = await world(context);
  const inserted = Promise.withResolvers<void>();
  const push = here.batches.push.bind(here.batches);
  here.batches.push = (...batches) => {
    inserted.resolve();
    return push(...batches);
  };
  const writer = await here.open(0, 1);
  await here.take(writer, [1]);
  await inserted.promise;
  assert.deepEqual(told(here), [[1, 1, [1], false]]);
});

test('a batch that the reader brings again is taken once', async (context) => {
  const here = await world(context);
  const writer = await here.open(0);
  await here.take(writer, [1, 2]);
  await here.take(writer, [1, 2], true);
  await writer.flush(10_000);
  await here.take(writer, [1, 2], true);
  await here.take(writer, [3]);
  await writer.flush(10_000);
  assert.deepEqual(told(here), [
    [1, 2, [1, 2], false],
    [3, 3, [3], false],
  ]);
});

test('what waited when the server stopped is taken up by the next start, as something that may be there', async (context) => {
  const here = await world(context);
  const first = await here.open(0);
  await here.take(first, [1, 2]);
  await first.flush(10_000);
  await here.take(first, [3, 4]);
  await first.close(0);
  const second = await here.open(4);
  await here.take(second, [5]);
  assert.equal(await second.flush(10_000), true);
  assert.deepEqual(told(here).slice(1), [[3, 5, [3, 4, 5], true]]);
});

test("entries behind the reader are the reader's to bring", async (context) => {
  const here = await world(context);
  here.entries.push(1, 2, 3);
  const first = await here.open(1);
  await here.take(first, [2]);
  await first.close(0);
  // The reader had come to the second when the server died.
  const second = await here.open(2);
  await here.take(second, [3]);
  await second.flush(10_000);
  assert.deepEqual(told(here), [[2, 3, [2, 3], true]]);
});

test('a history that is new begins where the reader is', async (context) => {
  const here = await world(context);
  here.entries.push(1, 2, 3);
  const writer = await here.open(3);
  assert.equal(here.held.get(HISTORY_READER), 3);
  assert.equal(await writer.flush(10_000), true);
  assert.deepEqual(told(here), []);
});

test('an insert that fails is tried again as one that may have been done; meanwhile reads are told to come later', async (context) => {
  const here = await world(context);
  const writer = await here.open(0);
  here.failure = new Error('the store is away');
  await here.take(writer, [1]);
  assert.equal(await writer.flush(150), false);
  assert.equal(here.held.get(HISTORY_READER), 0);
  here.failure = undefined;
  assert.equal(await writer.flush(10_000), true);
  assert.deepEqual(told(here), [[1, 1, [1], true]]);
});

test('when too much waits the reader must', async (context) => {
  const here = await world(context);
  const gate = Promise.withResolvers<void>();
  here.gate = gate.promise;
  const writer = await here.open(0);
  const many = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);
  const step = 5_000;
  // One batch is on its way to the store, and twice as many rows may wait behind it.
  for (let first = 1; first < 60_000; first += step) await here.take(writer, many(first, step));
  let isTaken = false;
  const late = here.take(writer, many(60_001, step)).then(() => (isTaken = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isTaken, false);
  gate.resolve();
  await late;
  assert.equal(await writer.flush(10_000), true);
  const sequences = told(here).flatMap(([, , inserted]) => inserted);
  assert.deepEqual(sequences, many(1, 65_000));
});
