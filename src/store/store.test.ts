/** What the store promises to the rooms above it, on a real engine. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { OperationalError } from '#base';
import type { InsertBatch, InvocationRow, LogEventQuery, LogEventRow } from '#store';
import { openTempStore, type TempStore } from '../../test/support/open-temp-store.ts';

const NODE = 'aabbccdd';
const DAY_MS = 86_400_000;
const NOON_MS = Date.UTC(2026, 5, 1, 12);
const clock = { nowMs: () => NOON_MS, monotonicMs: () => performance.now() };

function invocation(sequence: number, changes: Partial<InvocationRow> = {}): InvocationRow {
  return {
    key: { node: NODE, sequence, index: 0 },
    timestampMs: NOON_MS + sequence,
    accountId: '123456789012',
    region: 'us-east-1',
    requestId: `request-${sequence}`,
    operation: 'Converse',
    modelId: 'varve.echo-v1',
    identityArn: 'arn:aws:iam::123456789012:user/ada',
    inputTokens: 12,
    outputTokens: 34,
    cacheReadTokens: 5,
    cacheWriteTokens: 6,
    latencyMs: 250,
    timeToFirstTokenMs: 40,
    errorCode: '',
    errorMessage: '',
    outcome: 'success',
    stopReason: 'end_turn',
    upstream: 'local',
    upstreamRequestId: 'up-1',
    prompt: 'What is a varve?',
    completion: 'A layer of sediment.',
    raw: Buffer.from(JSON.stringify({ requestId: `request-${sequence}`, requestMetadata: { app: 'demo' } })),
    ...changes,
  };
}

function logEvent(
  sequence: number,
  changes: Partial<LogEventRow> & { index?: number; node?: string } = {},
): LogEventRow {
  const { index = 0, node = NODE, ...rest } = changes;
  return {
    key: { node, sequence, index },
    accountId: '123456789012',
    region: 'us-east-1',
    groupGeneration: 'group-1',
    streamName: 'stream-a',
    timestampMs: NOON_MS + sequence,
    ingestionMs: NOON_MS,
    message: `message ${sequence}`,
    ...rest,
  };
}

function batchOf<Row extends InvocationRow | LogEventRow>(rows: readonly Row[], retry = false): InsertBatch<Row> {
  const sequences = rows.map((row) => row.key.sequence);
  return {
    node: rows[0]?.key.node ?? NODE,
    firstSequence: Math.min(...sequences),
    lastSequence: Math.max(...sequences),
    rows,
    retry,
  };
}

/** Journal sequences that no other test uses. */
let lastSequence = 0;
function sequences(count: number): number[] {
  const first = lastSequence + 1;
  lastSequence += count;
  return Array.from({ length: count }, (_, index) => first + index);
}

describe('the store', () => {
  let temp: TempStore;
  before(async () => {
    temp = await openTempStore({ clock });
  });
  after(() => temp[Symbol.asyncDispose]());

  const invocationsOf = (rows: readonly InvocationRow[]): Promise<InvocationRow[]> =>
    temp.store.readInvocations({ requestIds: rows.map((row) => row.requestId), limit: 10_000 });
  const found = (): string[] =>
    temp.events.flatMap((event) => (event.name === 'store.retried' ? [event.found] : [])).slice(-1);
  const sequencesOf = async (query: Partial<LogEventQuery> & { groupGeneration: string }): Promise<number[]> => {
    const rows = await temp.store.readLogEvents({ order: 'ascending', limit: 1000, ...query });
    return rows.map((row) => row.key.sequence);
  };

  test('gives invocations back as they were put, whatever is in them', async () => {
    const [plain = 0, odd = 0, extreme = 0] = sequences(3);
    const rows = [
      invocation(plain),
      invocation(odd, {
        prompt: "it's\n\nDROP TABLE varve.invocations; \0 \u{1f600} \t\\",
        completion: 'é'.repeat(70_000),
        errorMessage: '\r\n__exception__\r\n',
        raw: Buffer.from([0x7b, 0xff, 0x00, 0x0a, 0x0a, 0x7d]),
      }),
      invocation(extreme, { inputTokens: 4_294_967_295, latencyMs: 0, modelId: '', timestampMs: 1 }),
    ];
    await temp.store.insertInvocations(batchOf(rows));
    const got = await invocationsOf(rows);
    assert.deepEqual(
      got.toSorted((a, b) => a.key.sequence - b.key.sequence),
      rows,
    );
  });

  test('stores a lone surrogate as the replacement character instead of losing the batch', async () => {
    const [sequence = 0] = sequences(1);
    const row = invocation(sequence, { prompt: 'a\ud800b', completion: `${'x'.repeat(100)}\udc00` });
    await temp.store.insertInvocations(batchOf([row]));
    const [got] = await invocationsOf([row]);
    assert.equal(got?.prompt, 'a\ufffdb');
    assert.equal(got?.completion, `${'x'.repeat(100)}\ufffd`);
  });

  test('clamps numbers that a column cannot hold', async () => {
    const [sequence = 0] = sequences(1);
    const row = invocation(sequence, { inputTokens: 1e12, outputTokens: -3, latencyMs: 1.9, timeToFirstTokenMs: NaN });
    await temp.store.insertInvocations(batchOf([row]));
    const [got] = await invocationsOf([row]);
    assert.deepEqual(
      [got?.inputTokens, got?.outputTokens, got?.latencyMs, got?.timeToFirstTokenMs],
      [4_294_967_295, 0, 1, 0],
    );
  });

  test('holds a large batch over several days once, however often it is retried', async () => {
    const rows = sequences(3000).map((sequence) =>
      invocation(sequence, { timestampMs: NOON_MS - (sequence % 5) * DAY_MS, completion: 'word '.repeat(200) }),
    );
    await temp.store.insertInvocations(batchOf(rows));
    await temp.store.insertInvocations(batchOf(rows, true));
    assert.deepEqual(found(), ['all']);
    // Even without saying that it is a retry: the token is known.
    await temp.store.insertInvocations(batchOf(rows));
    assert.equal((await invocationsOf(rows)).length, 3000);
  });

  test('inserts a retried batch of which nothing is there', async () => {
    const rows = sequences(3).map((sequence) => invocation(sequence));
    await temp.store.insertInvocations(batchOf(rows, true));
    assert.deepEqual(found(), ['none']);
    assert.equal((await invocationsOf(rows)).length, 3);
  });

  test('replaces a batch of which a part is there', async () => {
    const rows = sequences(10).map((sequence) => invocation(sequence));
    await temp.store.insertInvocations(batchOf(rows.slice(2, 5)));
    await temp.store.insertInvocations(batchOf(rows, true));
    assert.deepEqual(found(), ['part']);
    const got = await invocationsOf(rows);
    assert.deepEqual(got.map((row) => row.requestId).toSorted(), rows.map((row) => row.requestId).toSorted());
  });

  test('replaces a batch whose rows are there twice', async () => {
    const rows = sequences(4).map((sequence) => invocation(sequence));
    await temp.store.insertInvocations(batchOf(rows));
    // The same rows under another token, as after a power cut that lost the first.
    const [first, ...rest] = rows;
    assert.ok(first);
    await temp.store.insertInvocations(batchOf([first]));
    await temp.store.insertInvocations(batchOf(rest));
    await temp.store.insertInvocations(batchOf(rows, true));
    assert.deepEqual(found(), ['part']);
    assert.equal((await invocationsOf(rows)).length, 4);
  });

  test('reads log events in order of time and journal position, a page at a time, both ways', async () => {
    const group = 'paging';
    const [a = 0, b = 0, c = 0, d = 0] = sequences(4);
    const same = { groupGeneration: group, timestampMs: NOON_MS };
    const rows = [
      logEvent(a, { ...same, index: 1 }),
      logEvent(a, { ...same, index: 0 }),
      logEvent(b, { ...same, timestampMs: NOON_MS + 5 }),
      logEvent(c, { ...same, timestampMs: NOON_MS - 5 }),
      logEvent(d, { ...same, streamName: 'stream-b' }),
    ];
    await temp.store.insertLogEvents(batchOf(rows));
    // Another node may have used the same sequence.
    const twin = logEvent(a, { ...same, node: 'eeff0011' });
    await temp.store.insertLogEvents(batchOf([twin]));
    const expected = [rows[3], rows[1], twin, rows[0], rows[4], rows[2]];
    const page = (query: Partial<LogEventQuery>): Promise<LogEventRow[]> =>
      temp.store.readLogEvents({ groupGeneration: group, order: 'ascending', limit: 2, ...query });
    const forward: LogEventRow[] = [];
    for (let rest = await page({}); rest.length > 0;) {
      forward.push(...rest);
      const last = rest.at(-1);
      assert.ok(last);
      rest = await page({ after: last });
    }
    assert.deepEqual(forward, expected);
    const backward: LogEventRow[] = [];
    for (let rest = await page({ order: 'descending' }); rest.length > 0;) {
      backward.push(...rest);
      const last = rest.at(-1);
      assert.ok(last);
      rest = await page({ order: 'descending', before: last });
    }
    assert.deepEqual(backward, expected.toReversed());
    assert.deepEqual(await page({ streamNames: ['stream-b'] }), [rows[4]]);
    assert.deepEqual(await page({ streamNames: [] }), []);
    assert.deepEqual(await page({ startMs: NOON_MS - 5, endMs: NOON_MS }), [rows[3]]);
    assert.deepEqual((await page({ limit: 6, bytesMax: 1 })).length, 1);
  });

  test('takes thousands of stream names', async () => {
    const [sequence = 0] = sequences(1);
    await temp.store.insertLogEvents(batchOf([logEvent(sequence, { groupGeneration: 'many', streamName: "s'\\5" })]));
    const streamNames = Array.from({ length: 5000 }, (_, index) => `s'\\${index}`);
    assert.deepEqual(await sequencesOf({ groupGeneration: 'many', streamNames }), [sequence]);
  });

  test('tells what each stream holds', async () => {
    const group = 'statistics';
    const [a = 0, b = 0, c = 0] = sequences(3);
    await temp.store.insertLogEvents(
      batchOf([
        logEvent(a, { groupGeneration: group, timestampMs: 2000, message: 'é' }),
        logEvent(b, { groupGeneration: group, timestampMs: 1000, ingestionMs: NOON_MS + 9, message: 'xyz' }),
        logEvent(c, { groupGeneration: group, streamName: 'stream-b', timestampMs: 3000, message: '' }),
      ]),
    );
    const common = { lastIngestionMs: NOON_MS + 9, firstEventMs: 1000, lastEventMs: 2000 };
    assert.deepEqual(await temp.store.streamStatistics(group), [
      { streamName: 'stream-a', events: 2, bytes: 5, ...common },
      { streamName: 'stream-b', events: 1, bytes: 0, firstEventMs: 3000, lastEventMs: 3000, lastIngestionMs: NOON_MS },
    ]);
    assert.deepEqual(await temp.store.streamStatistics('nothing here'), []);
  });

  test('never reads a deleted group again, though its events arrive later', async () => {
    const [before_ = 0, later = 0, other = 0] = sequences(3);
    const gone = { groupGeneration: 'gone' };
    await temp.store.insertLogEvents(batchOf([logEvent(before_, gone)]));
    await temp.store.insertLogEvents(batchOf([logEvent(other, { groupGeneration: 'stays' })]));
    await temp.store.deleteLogEvents(gone);
    assert.deepEqual(await sequencesOf(gone), []);
    await temp.store.insertLogEvents(batchOf([logEvent(later, gone)]));
    assert.deepEqual(await sequencesOf(gone), []);
    assert.deepEqual(await temp.store.streamStatistics('gone'), []);
    assert.deepEqual(await sequencesOf({ groupGeneration: 'stays' }), [other]);
  });

  test('never reads events again that retention has removed', async () => {
    const [old = 0, young = 0, late = 0] = sequences(3);
    const kept = { groupGeneration: 'retained' };
    await temp.store.insertLogEvents(
      batchOf([
        logEvent(old, { ...kept, timestampMs: NOON_MS - DAY_MS }),
        logEvent(young, { ...kept, timestampMs: NOON_MS }),
      ]),
    );
    await temp.store.deleteLogEvents({ ...kept, beforeMs: NOON_MS });
    assert.deepEqual(await sequencesOf(kept), [young]);
    await temp.store.insertLogEvents(batchOf([logEvent(late, { ...kept, timestampMs: NOON_MS - 1 })]));
    assert.deepEqual(await sequencesOf(kept), [young]);
    // An earlier limit brings nothing back.
    await temp.store.deleteLogEvents({ ...kept, beforeMs: 0 });
    assert.deepEqual(await sequencesOf(kept), [young]);
  });

  test('a stream made again under a deleted stream’s name begins empty', async () => {
    const [old = 0, other = 0, late = 0, young = 0] = sequences(4);
    const group = { groupGeneration: 'streams' };
    await temp.store.insertLogEvents(
      batchOf([logEvent(old, group), logEvent(other, { ...group, streamName: 'stream-b' })]),
    );
    await temp.store.deleteLogEvents({ ...group, streamName: 'stream-a' });
    assert.deepEqual(await sequencesOf(group), [other]);
    // What was put before the deletion, and reaches the store after it, stays away.
    await temp.store.insertLogEvents(batchOf([logEvent(late, { ...group, ingestionMs: NOON_MS - 1 })]));
    await temp.store.insertLogEvents(batchOf([logEvent(young, group)]));
    assert.deepEqual(await sequencesOf(group), [other, young]);
    const statistics = await temp.store.streamStatistics('streams');
    assert.deepEqual(
      statistics.map(({ streamName, events }) => [streamName, events]),
      [
        ['stream-a', 1],
        ['stream-b', 1],
      ],
    );
    await temp.store.deleteLogEvents({ ...group, streamName: 'stream-b', beforeMs: NOON_MS + young + 1 });
    assert.deepEqual(await sequencesOf(group), [young]);
  });

  test('knows what events have beside their scalars, also of those that came after it was first asked', async () => {
    const [first = 0, second = 0, third = 0] = sequences(3);
    const group = { groupGeneration: 'others' };
    const othersOf = async (days: number): Promise<string[]> => {
      const scope = {
        groups: [{ generation: 'others', name: 'o', keptFromMs: undefined }],
        startMs: NOON_MS,
        endMs: NOON_MS + days * 24 * 3_600_000,
      };
      return [...(await temp.store.logEventSource(scope)).others].toSorted();
    };
    await temp.store.insertLogEvents(batchOf([logEvent(first, { ...group, message: '{"a":[1]}' })]));
    assert.deepEqual(await othersOf(0), ['a']);
    const held = temp.store.holdLogEvents();
    held.add(logEvent(second, { ...group, message: '{"b":{"c":null}}' }));
    const tomorrow = { ...group, timestampMs: NOON_MS + 24 * 3_600_000, message: '{"d":[]}' };
    held.add(logEvent(third, tomorrow));
    await temp.store.insertLogEvents({ ...batchOf([logEvent(second), logEvent(third)]), rows: held, again: () => [] });
    assert.deepEqual(await othersOf(0), ['a', 'b']);
    assert.deepEqual(await othersOf(1), ['a', 'b', 'd']);
    assert.deepEqual(await othersOf(1_000), ['a', 'b', 'd'], 'a long range is asked of the engine');
  });

  test('tells that it is well', () => {
    assert.equal(temp.store.failure, undefined);
  });

  test('a row outside its batch is a bug that inserts nothing', async () => {
    const [a = 0, b = 0] = sequences(2);
    const rows = [invocation(a), invocation(b)];
    await assert.rejects(temp.store.insertInvocations({ ...batchOf(rows), lastSequence: a }), /^Error: BUG/);
    const held = temp.store.holdInvocations();
    for (const row of rows) held.add(row);
    const batch = { ...batchOf(rows), rows: held, again: undefined };
    await assert.rejects(temp.store.insertInvocations({ ...batch, firstSequence: b }), /^Error: BUG/);
    assert.throws(() => held.add({ ...invocation(a), key: { node: 'other', sequence: a, index: 0 } }), /^Error: BUG/);
    assert.deepEqual(await invocationsOf(rows), []);
  });
});

test('a data directory whose name is a glob pattern, has quotes or is very long loses no rows', async () => {
  const directoryName = `{a,b}*?[x]'"é ${'long '.repeat(20)}`;
  await using temp = await openTempStore({ clock, directoryName });
  const rows = sequences(2).map((sequence) => invocation(sequence));
  await temp.store.insertInvocations(batchOf(rows));
  assert.equal((await temp.store.readInvocations({ limit: 10 })).length, 2);
});

test('after close, and before start, calls are refused in words', async () => {
  const temp = await openTempStore({ clock });
  await temp[Symbol.asyncDispose]();
  await assert.rejects(temp.store.readInvocations({ limit: 1 }), OperationalError);
  assert.match(temp.store.failure ?? '', /store/);
});
