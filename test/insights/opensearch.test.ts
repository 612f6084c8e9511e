import { test } from 'node:test';
import { type InsightsKit, START_MS, withInsights } from './kit.ts';

const MINUTE_MS = 60_000;

async function putEvents(kit: InsightsKit): Promise<void> {
  const at = (minute: number, message: object) => ({ message, atMs: START_MS + minute * MINUTE_MS });
  await kit.put('test', [
    at(0, {
      n: 1,
      level: 'INFO',
      model: 'alpha-1',
      tokens: 10,
      user: { name: 'ann' },
      ok: true,
      tags: ['x', 'y'],
      ip: '10.1.2.3',
    }),
    at(5, { n: 2, level: 'ERROR', model: 'beta-100%', tokens: 200, user: { name: 'bob' }, ok: false, ip: '192.0.2.1' }),
    at(30, { n: 3, level: 'INFO', model: 'alpha-1', tokens: 30, user: { name: 'ann' } }),
    at(31, { n: 4, level: 'WARN', model: 'gamma', tokens: 25, user: { name: 'eve' } }),
    at(65, { n: 5, level: 'ERROR', model: 'beta-2', tokens: 9 }),
    at(70, { n: 6, model: 'alpha-10', tokens: 'many' }),
  ]);
  await kit.put('users', [
    { name: 'ann', team: 'red', level: 1 },
    { name: 'bob', team: 'blue', level: 2 },
    { name: 'ann', team: 'green', level: 6 },
  ]);
}

test('OpenSearch SQL: its statements and their rows', () =>
  withInsights(async (kit) => {
    await putEvents(kit);
    await kit.golden('sql', 'SQL');
  }));

test('OpenSearch PPL: its statements and their rows', () =>
  withInsights(async (kit) => {
    await putEvents(kit);
    await kit.golden('ppl', 'PPL');
  }));
