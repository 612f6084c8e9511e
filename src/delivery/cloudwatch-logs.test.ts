import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalEntry } from '#journal';
import { cloudWatchSink } from './cloudwatch-logs.ts';
import { KIND, logSpec, MemoryLogs, render } from './testing/kit.ts';
import { type BatchPlan, DeliveryError, type DeliveryEvent } from './types.ts';

const HOUR_MS = 3_600_000;

function entry(sequence: number, line: string, timestampMs: number): JournalEntry {
  const payload = Buffer.from(JSON.stringify({ line, timestampMs }));
  return { sequence, kind: KIND, routes: ['group'], attachments: [], payload, writtenMs: timestampMs };
}

function planOf(entries: readonly JournalEntry[]): BatchPlan {
  return {
    reader: 'group',
    firstAfter: (entries[0]?.sequence ?? 1) - 1,
    last: entries.at(-1)?.sequence ?? 0,
    entryCount: entries.length,
    stampMs: 0,
    token: '0123456789abcdef',
    headAtPlan: 0,
    attempts: 0,
  };
}

function sinkWith(logs: MemoryLogs, events: DeliveryEvent[] = []) {
  return cloudWatchSink({ spec: logSpec('group'), logs, render, onEvent: (event) => events.push(event) });
}

test('events go in the order of their times, whatever the order of the journal', async () => {
  const logs = new MemoryLogs();
  const entries = [entry(1, 'third', 3_000), entry(2, 'first', 1_000), entry(3, 'second', 2_000)];
  await sinkWith(logs).deliver(planOf(entries), entries, false);
  assert.deepEqual(logs.messages('group'), ['first', 'second', 'third']);
});

test('a put keeps the limits of PutLogEvents: 10,000 events, 1 MiB with 26 bytes an event, 24 hours', async () => {
  const cases: { name: string; entries: JournalEntry[]; pieces: number }[] = [
    { name: 'count', entries: Array.from({ length: 10_001 }, (_, i) => entry(i + 1, 'x', 1_000)), pieces: 2 },
    {
      name: 'bytes',
      entries: Array.from({ length: 11 }, (_, i) => entry(i + 1, 'x'.repeat(100_000), 1_000)),
      pieces: 2,
    },
    {
      name: 'bytes, exactly full',
      entries: Array.from({ length: 8 }, (_, i) => entry(i + 1, 'x'.repeat(131_072 - 26), 1_000)),
      pieces: 1,
    },
    { name: 'span', entries: [entry(1, 'a', 0), entry(2, 'b', 23 * HOUR_MS), entry(3, 'c', 24 * HOUR_MS)], pieces: 2 },
  ];
  for (const { name, entries, pieces } of cases) {
    const logs = new MemoryLogs();
    await sinkWith(logs).deliver(planOf(entries), entries, false);
    assert.equal(logs.batches.length, pieces, name);
    for (const { events } of logs.batches) {
      assert.ok(events.length <= 10_000);
      assert.ok(events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0) <= 1_048_576);
      assert.ok((events.at(-1)?.timestampMs ?? 0) - (events[0]?.timestampMs ?? 0) < 24 * HOUR_MS);
    }
    assert.equal(logs.messages('group').length, entries.length);
  }
});

test('a record larger than a log event may be is reported, not cut', async () => {
  const logs = new MemoryLogs();
  const entries = [entry(1, 'x'.repeat(262_144 - 26), 1), entry(2, 'y'.repeat(262_144 - 25), 2), entry(3, 'z', 3)];
  const receipt = await sinkWith(logs).deliver(planOf(entries), entries, false);
  assert.deepEqual(
    receipt.unreadable.map(({ sequence }) => sequence),
    [2],
  );
  assert.deepEqual(
    logs.messages('group').map((message) => message[0]),
    ['x', 'z'],
  );
});

test('a retry after a failure between two puts appends only what is missing, and each attempt is counted', async () => {
  const logs = new MemoryLogs();
  const events: DeliveryEvent[] = [];
  const sink = sinkWith(logs, events);
  const entries = Array.from({ length: 10_050 }, (_, i) => entry(i + 1, `${i}`, 1_000));
  logs.before = (_, key) => {
    if (key.endsWith('/1')) throw new DeliveryError('transient', 'throttled');
  };
  await assert.rejects(sink.deliver(planOf(entries), entries, false), DeliveryError);
  logs.before = () => undefined;
  await sink.deliver(planOf(entries), entries, true);
  assert.deepEqual(
    logs.messages('group'),
    entries.map((_, index) => `${index}`),
  );
  const failures = events.filter((e) => e.type === 'count' && e.metric.endsWith('CloudWatchDeliveryFailure'));
  assert.equal(failures.length, 1);
});
