import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GetEventsInput, GetEventsOutput } from './index.ts';
import { NOW_MS, SCOPE, TestBench } from './testing/bench.ts';

function texts({ events }: { events: readonly { message: string }[] }): string {
  return events.map(({ message }) => message).join('');
}
function get(bench: TestBench, input: Partial<GetEventsInput> = {}): Promise<GetEventsOutput> {
  return bench.groups.getEvents(bench.groups.get(SCOPE, 'g'), { streamName: 's', ...input });
}

test('GetLogEvents gives the newest first page, and pages to both ends; at an end the same token comes back', () =>
  TestBench.with(async (bench) => {
    await bench.group();
    await bench.put([...'abcdefg']);
    const last = await get(bench, { limit: 3 });
    assert.equal(texts(last), 'efg');
    const middle = await get(bench, { limit: 3, nextToken: last.nextBackwardToken });
    assert.equal(texts(middle), 'bcd');
    const first = await get(bench, { limit: 3, nextToken: middle.nextBackwardToken });
    assert.equal(texts(first), 'a');
    const before = await get(bench, { limit: 3, nextToken: first.nextBackwardToken });
    assert.equal(texts(before), '');
    assert.equal(before.nextBackwardToken, first.nextBackwardToken);
    assert.equal(texts(await get(bench, { limit: 3, nextToken: before.nextForwardToken })), 'abc');
    assert.equal(texts(await get(bench, { limit: 3, nextToken: middle.nextForwardToken })), 'efg');
    const end = await get(bench, { limit: 3, nextToken: last.nextForwardToken });
    assert.equal(texts(end), '');
    assert.equal(end.nextForwardToken, last.nextForwardToken);
    assert.equal(texts(await get(bench, { limit: 2, nextToken: end.nextBackwardToken })), 'fg');
    await bench.put(['h'], 100);
    assert.equal(texts(await get(bench, { nextToken: end.nextForwardToken })), 'h');
  }));

test('GetLogEvents from the head; start is inclusive, end exclusive; equal times keep their order', () =>
  TestBench.with(async (bench) => {
    await bench.group();
    await bench.put(['a', 'b', 'c', 'd']);
    await bench.groups.append(
      SCOPE,
      'g',
      's',
      [...'xyz'].map((message) => ({ timestampMs: NOW_MS + 9, message })),
    );
    assert.equal(texts(await get(bench, { startFromHead: true, limit: 2 })), 'ab');
    assert.equal(texts(await get(bench, { startMs: NOW_MS + 1, endMs: NOW_MS + 3 })), 'bc');
    const one = await get(bench, { startFromHead: true, limit: 5 });
    assert.equal(texts(await get(bench, { nextToken: one.nextForwardToken })), 'yz');
  }));

test('an empty stream has tokens, too, and what is put later is found with the forward one', () =>
  TestBench.with(async (bench) => {
    await bench.group();
    const empty = await get(bench);
    assert.deepEqual(
      [empty.events.length, empty.nextForwardToken.slice(0, 2), empty.nextBackwardToken.slice(0, 2)],
      [0, 'f/', 'b/'],
    );
    await bench.put(['a']);
    assert.equal(texts(await get(bench, { nextToken: empty.nextForwardToken })), 'a');
    assert.equal(texts(await get(bench, { nextToken: empty.nextBackwardToken })), '');
    await assert.rejects(get(bench, { streamName: 'none' }), { message: 'The specified log stream does not exist.' });
  }));

test('made-up tokens, and those of other streams, groups and operations are invalid', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.group('h');
    await bench.put(['a', 'b']);
    const { nextForwardToken } = await get(bench);
    const filtered = await groups.filterEvents(groups.get(SCOPE, 'g'), { limit: 1 });
    const invalid = { code: 'InvalidParameterException', message: 'The specified nextToken is invalid.' };
    for (const nextToken of [
      'foobar',
      'f/',
      'f/AAAA.BBBB',
      nextForwardToken.replace('f/', 'x/'),
      `${nextForwardToken}A`,
      `f/${filtered.nextToken}`,
    ]) {
      await assert.rejects(get(bench, { nextToken }), invalid, nextToken);
    }
    await assert.rejects(
      groups.getEvents(groups.get(SCOPE, 'h'), { streamName: 's', nextToken: nextForwardToken }),
      invalid,
    );
    await assert.rejects(groups.filterEvents(groups.get(SCOPE, 'g'), { nextToken: nextForwardToken }), invalid);
    bench.clock.now += 25 * 3_600_000;
    await assert.rejects(
      groups.filterEvents(groups.get(SCOPE, 'g'), { nextToken: String(filtered.nextToken) }),
      invalid,
    );
  }));

test('FilterLogEvents pages through everything once, in both directions, with one id for each event', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await groups.createStream(SCOPE, 'g', 't');
    await bench.put([...'abc']);
    await bench.put([...'xyz'], 0, 't');
    for (const [startFromHead, expected] of [
      [true, 'axbycz'],
      [false, 'zcybxa'],
    ] as const) {
      let [seen, nextToken] = ['', undefined as string | undefined];
      const ids = new Set<string>();
      do {
        const page = await groups.filterEvents(groups.get(SCOPE, 'g'), { limit: 2, startFromHead, nextToken });
        seen += texts(page);
        for (const { eventId } of page.events) ids.add(eventId);
        ({ nextToken } = page);
      } while (nextToken);
      assert.equal(seen, expected);
      assert.equal(ids.size, 6);
      assert.ok([...ids].every((id) => /^\d{56}$/.test(id)));
    }
  }));

test('FilterLogEvents by stream names, prefix and times, both ends of which are inclusive', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    for (const name of ['app/1', 'app/2']) await groups.createStream(SCOPE, 'g', name);
    await bench.put([...'abc']);
    await bench.put(['1'], 0, 'app/1');
    await bench.put(['2'], 1, 'app/2');
    const group = groups.get(SCOPE, 'g');
    assert.equal(texts(await groups.filterEvents(group, { streamNamePrefix: 'app/' })), '12');
    assert.equal(texts(await groups.filterEvents(group, { streamNamePrefix: 'none' })), '');
    assert.equal(texts(await groups.filterEvents(group, { streamNames: ['s', 'app/2'] })), 'ab2c');
    assert.equal(texts(await groups.filterEvents(group, { startMs: NOW_MS + 1, endMs: NOW_MS + 2 })), 'b2c');
    await assert.rejects(groups.filterEvents(group, { streamNames: ['none'] }), { code: 'ResourceNotFoundException' });
    await assert.rejects(groups.filterEvents(group, { streamNames: ['s'], streamNamePrefix: 's' }), {
      code: 'InvalidParameterException',
    });
  }));

test('FilterLogEvents takes patterns of all kinds, and refuses what is none with its place', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.put(['ERROR one', 'ERRORCODE two', 'error three', 'all fine', 'quote "x"']);
    const found = async (filterPattern: string): Promise<number> =>
      (await groups.filterEvents(groups.get(SCOPE, 'g'), { filterPattern })).events.length;
    assert.equal(await found(''), 5);
    assert.equal(await found(' '), 5);
    assert.equal(await found('ERROR'), 2);
    assert.equal(await found('ERROR two'), 1);
    assert.equal(await found('ERROR -two'), 1);
    assert.equal(await found('?two ?three'), 2);
    assert.equal(await found('ERROR ?three'), 2);
    assert.equal(await found('"all fine"'), 1);
    assert.equal(await found('-"all fine" -ERROR'), 2);
    assert.equal(await found('"\\"x\\""'), 1);
    assert.equal(await found('%^[a-z]%'), 3);
    assert.equal(await found('[w1=ERROR*, w2]'), 2);
    assert.equal(await found('{ $.a = 1 }'), 0);
    for (const pattern of ['{ $.a }', '[a, b', '%re', 'a.b', '"open', 'a"b"', '-']) {
      await assert.rejects(
        found(pattern),
        { code: 'InvalidParameterException', message: / at position \d+$/ },
        pattern,
      );
    }
  }));

test('a search in windows passes every event once, in both directions', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    const messages = Array.from({ length: 5_001 }, (_, index) => (index % 50 === 0 ? `needle ${index}` : 'hay'));
    await bench.put(messages.slice(0, 2_500));
    await bench.put(messages.slice(2_500), 2_500);
    for (const startFromHead of [true, false]) {
      const seen: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await groups.filterEvents(groups.get(SCOPE, 'g'), {
          filterPattern: 'needle',
          limit: 7,
          startFromHead,
          nextToken,
        });
        seen.push(...page.events.map(({ message }) => message));
        ({ nextToken } = page);
      } while (nextToken);
      const needles = messages.filter((message) => message !== 'hay');
      assert.deepEqual(seen, startFromHead ? needles : needles.toReversed());
    }
  }));

test('a page holds at most 1 MB, and at least one event', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    for (let index = 0; index < 6; index += 1) await bench.put([String(index).repeat(400_000)], index);
    const sizes: number[] = [];
    let nextToken: string | undefined;
    do {
      const page = await groups.filterEvents(groups.get(SCOPE, 'g'), { nextToken });
      sizes.push(page.events.length);
      ({ nextToken } = page);
    } while (nextToken);
    assert.deepEqual(sizes, [2, 2, 2]);
  }));

test('a filter that finds little reads a bounded amount for a page and goes on with its token', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    for (let index = 0; index < 40; index += 1) await bench.put(['x'.repeat(1_000_000)], index);
    await bench.put(['needle'], 100);
    const first = await groups.filterEvents(groups.get(SCOPE, 'g'), { filterPattern: 'needle' });
    assert.equal(first.events.length, 0);
    const second = await groups.filterEvents(groups.get(SCOPE, 'g'), {
      filterPattern: 'needle',
      nextToken: first.nextToken,
    });
    assert.equal(texts(second), 'needle');
    assert.equal(second.nextToken, undefined);
  }));

test('streams are listed by name, by prefix and by their last event, page by page', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    for (const name of ['a', 'b', 'ba']) await groups.createStream(SCOPE, 'g', name);
    await bench.put(['1'], 5, 'b');
    await bench.put(['2'], 3, 'a');
    const group = groups.get(SCOPE, 'g');
    const list = async (input: object): Promise<string> => {
      const names: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await groups.listStreams(group, { ...input, limit: 2, nextToken });
        names.push(...page.streams.map(({ name }) => name));
        ({ nextToken } = page);
      } while (nextToken);
      return names.join(' ');
    };
    assert.equal(await list({}), 'a b ba s');
    assert.equal(await list({ descending: true }), 's ba b a');
    assert.equal(await list({ prefix: 'b' }), 'b ba');
    assert.equal(await list({ orderBy: 'LastEventTime', descending: true }), 'b a ba s');
    const { streams } = await groups.listStreams(group, { prefix: 'b', limit: 1 });
    assert.equal(streams[0]?.statistics?.lastEventMs, NOW_MS + 5);
    await assert.rejects(groups.listStreams(group, { orderBy: 'LastEventTime', prefix: 'a' }), {
      message: 'Cannot order by LastEventTime with a logStreamNamePrefix.',
    });
  }));
