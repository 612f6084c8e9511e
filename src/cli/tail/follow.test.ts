/** Following a log group whose events come late and in bursts, with a clock of the test's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow, type ReadPage } from './follow.ts';
import { Seen } from './seen.ts';

const START_MS = Date.parse('2026-11-21T12:00:00Z');
const MINUTE_MS = 60_000;
const PAGE_EVENTS = 100;
/** A page takes a while, in which events go on coming. */
const PAGE_MS = 40;

interface StoredEvent {
  readonly eventId: string;
  readonly ingestionTime: number;
  readonly timestamp: number;
  readonly logStreamName: string;
  readonly message: string;
}

/** FilterLogEvents over a list: everything ingested until now, in the order of time and then of ingestion. */
class Group {
  nowMs = START_MS;
  readonly #events: StoredEvent[];

  constructor(events: readonly StoredEvent[]) {
    this.#events = events.toSorted((a, b) => a.timestamp - b.timestamp || a.ingestionTime - b.ingestionTime);
  }

  readonly readPage: ReadPage = ({ startTime = 0, nextToken }) => {
    this.nowMs += PAGE_MS;
    const [afterTime = -1, afterId = ''] = nextToken === undefined ? [] : (JSON.parse(nextToken) as [number, string]);
    const visible = this.#events.filter((event) => {
      if (event.ingestionTime > this.nowMs || event.timestamp < startTime) return false;
      return event.timestamp > afterTime || (event.timestamp === afterTime && event.eventId > afterId);
    });
    const events = visible.slice(0, PAGE_EVENTS);
    const last = events.at(-1);
    const more =
      visible.length > PAGE_EVENTS && last ? { nextToken: JSON.stringify([last.timestamp, last.eventId]) } : {};
    return Promise.resolve({ events, ...more, $metadata: {} });
  };
}

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function eventAt(index: number, ingestionTime: number, timestamp: number): StoredEvent {
  const eventId = String(index).padStart(8, '0');
  return { eventId, ingestionTime, timestamp, logStreamName: 's', message: eventId };
}

async function followed(
  group: Group,
  { sinceMs, untilMs, seen }: { readonly sinceMs: number; readonly untilMs: number; readonly seen: Seen },
  readPage = group.readPage,
): Promise<{ readonly ids: string[]; readonly mostIds: number }> {
  const stop = new AbortController();
  const ids: string[] = [];
  let mostIds = 0;
  const pages = follow(
    readPage,
    { logGroup: 'g', filterPattern: undefined, sinceMs },
    {
      signal: stop.signal,
      nowMs: () => group.nowMs,
      onOverflow: () => undefined,
      seen,
      pause: (delayMs) => {
        group.nowMs += delayMs;
        if (group.nowMs >= untilMs) stop.abort();
        return Promise.resolve();
      },
    },
  );
  for await (const events of pages) {
    for (const { eventId = '' } of events) ids.push(eventId);
    mostIds = Math.max(mostIds, seen.size);
  }
  return { ids, mostIds };
}

test('events that come up to 14 minutes late, in any order, are given once each; ids are kept for about a minute', async () => {
  const random = numbers(7);
  const events = Array.from({ length: 6_000 }, (_, index) => {
    // Half an hour of them; every hundredth is late by up to 14 minutes, others by less than two.
    const ingestedMs = START_MS + Math.floor(random.next().value * 30 * MINUTE_MS);
    const lateMs = Math.floor(random.next().value * (index % 100 === 0 ? 14 : 1.9) * MINUTE_MS);
    return eventAt(index, ingestedMs, ingestedMs - lateMs);
  });
  const group = new Group(events);
  const { ids, mostIds } = await followed(group, {
    sinceMs: START_MS - 15 * MINUTE_MS,
    untilMs: START_MS + 32 * MINUTE_MS,
    seen: new Seen(),
  });
  assert.equal(new Set(ids).size, events.length, 'none is lost');
  assert.equal(ids.length, events.length, 'none is doubled');
  assert.ok(mostIds < events.length / 15, `${mostIds} ids were kept at a time`);
});

test('a long history is given once, and its ids are not kept', async () => {
  const day = 24 * 60 * MINUTE_MS;
  const history = Array.from({ length: 5_000 }, (_, index) => {
    const atMs = START_MS - day + index * 17_000;
    return eventAt(index, atMs + 5, atMs);
  });
  const seen = new Seen();
  const group = new Group(history);
  const { ids } = await followed(group, { sinceMs: START_MS - day, untilMs: START_MS + 3 * MINUTE_MS, seen });
  assert.deepEqual(ids.length, history.length);
  assert.ok(seen.size < 100, `${seen.size} ids are kept`);
});

test('events before --since are not given, whenever they come', async () => {
  const late = eventAt(1, START_MS + MINUTE_MS, START_MS - 5 * MINUTE_MS);
  const wanted = eventAt(2, START_MS + MINUTE_MS, START_MS);
  const group = new Group([late, wanted]);
  const { ids } = await followed(group, { sinceMs: START_MS - 1, untilMs: START_MS + 3 * MINUTE_MS, seen: new Seen() });
  assert.deepEqual(ids, [wanted.eventId]);
});

test('when more events come than ids are kept, memory stays bounded and none is lost', async () => {
  const burst = Array.from({ length: 3_000 }, (_, index) => eventAt(index, START_MS + 5_000, START_MS + 4_000));
  const seen = new Seen(500);
  const group = new Group(burst);
  const { ids } = await followed(group, { sinceMs: START_MS, untilMs: START_MS + 20_000, seen });
  assert.equal(new Set(ids).size, burst.length);
  assert.ok(seen.overflowed);
  assert.equal(seen.size, 500);
});

test('after a server was away for ten minutes its events are given within seconds', async () => {
  const awayMs = 10 * MINUTE_MS;
  const atMs = START_MS + awayMs + 15_000;
  const group = new Group([eventAt(1, atMs, atMs)]);
  let reads = 0;
  const readPage: ReadPage = (input) => {
    if ((reads += 1) === 2) group.nowMs += awayMs;
    return group.readPage(input);
  };
  const until = { sinceMs: START_MS, untilMs: atMs + 10_000, seen: new Seen() };
  const { ids } = await followed(group, until, readPage);
  assert.deepEqual(ids, ['00000001']);
});
