import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCOPE, TestBench } from '../testing/bench.ts';
import { SERIES_MAX } from './values.ts';

const TRANSFORMATION = { metricName: 'm', metricNamespace: 'n', metricValue: '$size' };

test('a metric has a bounded number of series; values past it are counted as dropped', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    const { generation } = groups.get(SCOPE, 'g');
    const transformation = { ...TRANSFORMATION, dimensions: { user: '$user' } };
    await groups.metricFilters.put(generation, 'f', '[user, size]', transformation);
    await bench.put(Array.from({ length: SERIES_MAX + 5 }, (_, index) => `user${index} 2`));
    await bench.put(['user1 40', 'user1 many', 'user1'], 5_000);
    await groups.appended.settled();
    const series = [...groups.metricValues.series];
    assert.equal(series.length, SERIES_MAX);
    assert.equal(groups.metricValues.dropped, 5);
    assert.deepEqual(
      series.find(({ labels }) => labels.dimensions === '{"user":"user1"}'),
      {
        labels: {
          account: SCOPE.accountId,
          region: SCOPE.region,
          namespace: 'n',
          metric: 'm',
          dimensions: '{"user":"user1"}',
        },
        count: 2,
        sum: 42,
      },
    );
  }));

test('filters survive a restart; a deleted group takes its own with it', () =>
  TestBench.with(async (bench, groups) => {
    await bench.group();
    await bench.group('h');
    const [g, h] = [groups.get(SCOPE, 'g').generation, groups.get(SCOPE, 'h').generation];
    for (const generation of [g, h]) {
      await groups.metricFilters.put(generation, 'f', 'x', { ...TRANSFORMATION, metricValue: '3' });
    }
    await groups.delete(SCOPE, 'h', () => undefined);
    await assert.rejects(groups.metricFilters.put(h, 'late', 'x', { ...TRANSFORMATION, metricValue: '3' }), {
      code: 'ResourceNotFoundException',
    });
    const restarted = await bench.restart();
    assert.deepEqual([restarted.metricFilters.count(g), restarted.metricFilters.count(h)], [1, 0]);
    await bench.put(['x', 'y', 'xx'], 0);
    await restarted.appended.settled();
    assert.deepEqual(
      [...restarted.metricValues.series].map(({ count, sum }) => [count, sum]),
      [[2, 6]],
    );
  }));
