import { test } from 'node:test';
import { withInsights } from './kit.ts';

test('fields, display, filter, sort, limit, stats and parse: their SQL and their rows', () =>
  withInsights(async (kit) => {
    await kit.put('test', [
      { modelId: 'm1', tokens: 10, identity: { arn: 'arn:a' }, level: 'INFO', list: [{ x: 1 }] },
      { modelId: 'm2', tokens: 200, identity: { arn: 'arn:b' }, level: 'ERROR', long: 'y'.repeat(300) },
      { modelId: 'm1', tokens: 30, identity: { arn: 'arn:a' }, level: 'INFO', opt: true, 'a.b': { c: 5 } },
      { modelId: 'm10', tokens: '40', identity: { arn: 'arn:b' }, level: 'WARN' },
      'START plain text user=bob took 15 ms',
    ]);
    await kit.golden('basics');
  }));
