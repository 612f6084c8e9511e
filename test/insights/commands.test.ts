import { test } from 'node:test';
import { START_MS, withInsights } from './kit.ts';

const MINUTE_MS = 60_000;

test('commands that choose, multiply and compare rows: their SQL and their rows', () =>
  withInsights(async (kit) => {
    const at = (minute: number, message: object) => ({ message, atMs: START_MS + minute * MINUTE_MS });
    await kit.put('test', [
      at(0, {
        n: 1,
        level: 'INFO',
        user: 'ann',
        size: 10,
        list: ['a', 'b'],
        objects: [{ name: 'x', id: 1 }, { name: 'y' }],
      }),
      at(5, { n: 2, level: 'ERROR', user: 'ann', size: 11, list: [] }),
      at(30, { n: 3, level: 'INFO', user: 'bob', size: 12 }),
      at(31, { n: 4, user: 'ann', size: 500 }),
      at(32, { n: 5, level: 'ERROR', size: 9 }),
      at(33, { n: 6, level: 'WARN' }),
    ]);
    await kit.golden('commands-rows');
  }));

test('commands that bring rows of other groups along: their SQL and their rows', () =>
  withInsights(async (kit) => {
    await kit.put('calls', [
      { id: 'r1', user: 'ann', tokens: 5 },
      { id: 'r2', user: 'bob', tokens: 7 },
      { id: 'r3', user: 'eve', tokens: 9 },
    ]);
    await kit.put('users', [
      { name: 'ann', team: 'red' },
      { name: 'bob', team: 'blue' },
    ]);
    await kit.golden('commands-sources');
  }));
