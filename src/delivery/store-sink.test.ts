import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEventRow, InsertBatch, InvocationRow, LogEventRow } from '#store';
import { KIND, RETRY, scratchWorld } from './testing/kit.ts';
import { STORE_BATCH, type StorePort, storeSink } from './store-sink.ts';

class HeldArray<Row> extends Array<Row> {
  isReleased = false;
  add(row: Row): void {
    this.push(row);
  }
  release(): void {
    this.isReleased = true;
  }
}
interface HeldArrays {
  readonly invocations: HeldArray<InvocationRow>;
  readonly logEvents: HeldArray<LogEventRow>;
}

class MemoryStore implements StorePort<HeldArrays> {
  readonly invocations: InsertBatch<InvocationRow>[] = [];
  readonly logEvents: InsertBatch<LogEventRow>[] = [];
  readonly auditEvents: InsertBatch<AuditEventRow>[] = [];
  failure: Error | undefined;

  hold = (): HeldArrays => ({ invocations: new HeldArray(), logEvents: new HeldArray() });
  insertInvocations: StorePort<HeldArrays>['insertInvocations'] = (batch): Promise<void> =>
    this.#take(this.invocations, batch);
  insertLogEvents: StorePort<HeldArrays>['insertLogEvents'] = (batch): Promise<void> =>
    this.#take(this.logEvents, batch);
  insertAuditEvents = (batch: InsertBatch<AuditEventRow>): Promise<void> => this.#take(this.auditEvents, batch);

  /** As the store promises: a batch of the same token counts once. */
  #take<Row>(batches: InsertBatch<Row>[], batch: InsertBatch<Row>): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    const same = batches.find((known) => known.firstSequence === batch.firstSequence);
    if (same)
      assert.deepEqual([same.lastSequence, same.rows], [batch.lastSequence, batch.rows], 'same plan, same rows');
    else batches.push(batch);
    return Promise.resolve();
  }
}

function rowOf(sequence: number, message: string): LogEventRow {
  return {
    key: { node: 'n', sequence, index: 0 },
    accountId: '1',
    region: 'r',
    groupGeneration: 'g',
    streamName: 's',
    timestampMs: 1,
    ingestionMs: 1,
    message,
  };
}

test('the store gets every entry once as rows, in ranges that a retry repeats, and tells how far it is', async (context) => {
  const world = await scratchWorld(context);
  const store = new MemoryStore();
  const stored: number[] = [];
  const open = async (): Promise<void> => {
    await world.open();
    const sink = storeSink({
      store,
      node: world.journal.nodeId,
      rowsOf: (entry) => ({ logEvents: [rowOf(entry.sequence, entry.payload.toString())] }),
      onStored: (sequence) => stored.push(sequence),
    });
    const filter = { kinds: [KIND] };
    await world.manager.addReader({ name: 'store', filter, sink, batch: STORE_BATCH, retry: RETRY, from: 0 });
    await world.manager.start();
  };
  await open();
  await world.appendMany(0, 10, []);
  await world.journal.append({ kind: 9, payload: [Buffer.from('not for the store')] });
  await world.manager.flush();
  assert.equal(stored.at(-1), 11);

  store.failure = new Error('the engine was killed');
  await world.appendMany(10, 10, []);
  const flushed = world.manager.flush();
  await world.until(() => world.manager.readerStatus()[0]?.state === 'retrying');
  await world.close();
  await flushed;
  store.failure = undefined;
  await open();
  await world.appendMany(20, 5, []);
  await world.manager.flush();
  const rows = store.logEvents.flatMap((batch) => batch.rows);
  assert.deepEqual(
    rows.map((row) => JSON.parse(row.message).line),
    Array.from({ length: 25 }, (_, index) => `line ${index}`),
  );
  for (const { rows: held, ...batch } of store.logEvents) {
    assert.ok(held instanceof HeldArray && held.isReleased, 'the memory is given back');
    assert.deepEqual('again' in batch && (batch.again as () => LogEventRow[])(), [...held], 'rows can be made again');
  }
  assert.ok(store.logEvents.every((batch) => batch.node === world.journal.nodeId));
  assert.equal(
    store.logEvents.find((batch) => batch.retry)?.rows.length,
    10,
    'the plan of before the restart is a retry',
  );
  assert.equal(stored.at(-1), world.journal.head);
});

test('without traffic to wait for, the store has an entry within its own short wait', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  const store = new MemoryStore();
  const sink = storeSink({ store, node: 'n', rowsOf: (entry) => ({ logEvents: [rowOf(entry.sequence, 'x')] }) });
  const batch = { ...STORE_BATCH, waitMs: 5 };
  await world.manager.addReader({ name: 'store', filter: { kinds: [KIND] }, sink, batch, retry: RETRY, from: 0 });
  await world.manager.start();
  await world.append('one', []);
  await world.until(() => store.logEvents.length === 1);
});

test('rows that cannot be made of an entry are counted by a gap marker; the others are stored', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  const store = new MemoryStore();
  const sink = storeSink({
    store,
    node: 'n',
    rowsOf: (entry) => {
      if (entry.sequence === 2) throw new Error('unknown format');
      return { logEvents: [rowOf(entry.sequence, 'x')] };
    },
  });
  const filter = { kinds: [KIND] };
  await world.manager.addReader({ name: 'store', filter, sink, batch: STORE_BATCH, retry: RETRY, from: 0 });
  await world.manager.start();
  await world.appendMany(0, 3, []);
  await world.manager.flush();
  assert.deepEqual(
    store.logEvents.flatMap((batch) => batch.rows.map((row) => row.key.sequence)),
    [1, 3],
  );
  assert.deepEqual(
    (await world.gaps()).map(({ reader, count, firstSequence }) => ({ reader, count, firstSequence })),
    [{ reader: 'store', count: 1, firstSequence: 2 }],
  );
});
