import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW_MS, SCOPE, TestBench } from '../testing/bench.ts';

test('a caller that is too slow is told that events were left out, and only then', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    const { generation } = groups.get(SCOPE, 'g');
    const test = { matches: () => true, extract: () => ({}), valueOf: () => undefined };
    const selection = { generations: new Set([generation]), acceptsStream: () => true, test };
    const over = new AbortController();
    const session = groups.liveTails.open(SCOPE, selection, over.signal);
    for (let batch = 0; batch < 3; batch += 1) {
      const events = Array.from({ length: 9_000 }, (_, index) => ({
        timestampMs: NOW_MS,
        message: `${batch} ${index}`,
      }));
      await groups.append(SCOPE, 'g', 's', events);
    }
    await groups.appended.settled();
    const seen: string[] = [];
    const sampled = new Set<boolean>();
    const updates = session.updates();
    while (seen.length < 20_000) {
      const { value } = await updates.next();
      assert.ok(typeof value === 'object' && value.events.length <= 500);
      seen.push(...value.events.map(({ message }) => message));
      sampled.add(value.sampled);
    }
    assert.deepEqual([...sampled], [true]);
    assert.equal(seen[19_999], '2 1999');
    await bench.put(['later']);
    const { value } = await updates.next();
    assert.ok(typeof value === 'object');
    assert.deepEqual([value.events.map(({ message }) => message), value.sampled], [['later'], false]);
    over.abort();
    assert.deepEqual(await updates.next(), { value: false, done: true });
    assert.equal(groups.liveTails.watches(groups.get(SCOPE, 'g')), false);
  }));
