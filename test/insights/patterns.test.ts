import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedQuery } from '#insights';
import { END_MS, START_MS, withInsights } from './kit.ts';

const DAY_MS = 86_400_000;

test('pattern, diff, logcompare and anomaly: their SQL and their rows', () =>
  withInsights(async (kit) => {
    const at = (atMs: number, message: object | string) => ({ message, atMs });
    const now = (second: number, message: object | string) => at(START_MS + 1_000 + second * 1_000, message);
    await kit.put('test', [
      now(
        0,
        '2026-11-21T12:00:00.123Z ERROR request 3f2b8c1e-1111-2222-3333-444455556666 from 10.0.0.1:443 took 15 ms',
      ),
      now(
        1,
        '2026-11-21T12:00:01.456Z ERROR request 0a9b8c7d-9999-2222-3333-444455556666 from 10.0.0.2:80 took 7.5 ms',
      ),
      now(2, 'cache is warm'),
      ...Array.from({ length: 4 }, (_, index) =>
        now(3 + index, {
          level: index < 2 ? 'INFO' : 'WARN',
          user: `u-${'abcd'[index]}`,
          note: `took ${index} ms`,
          S3: index,
        }),
      ),
    ]);
    // Day before: of one pattern more, of another none.
    await kit.put('test', [
      at(START_MS - DAY_MS + 1, 'cache is warm'),
      at(START_MS - DAY_MS + 2, 'cache is warm'),
      at(START_MS - DAY_MS + 3, 'disk 17 is full'),
    ]);
    await kit.put('steady', [
      ...[0, 1, 2, 3, 4].flatMap((days) => [
        at(END_MS - days * DAY_MS - 5_000, 'heartbeat 1 ok'),
        at(END_MS - days * DAY_MS - 4_000, 'heartbeat 2 ok'),
      ]),
      ...Array.from({ length: 12 }, (_, index) => at(START_MS + 1_000 + index, `retry ${index} of upload`)),
      at(START_MS - DAY_MS, 'retry 9 of upload'),
      now(60, 'segmentation fault at 0xdeadbeef'),
    ]);
    await kit.golden('patterns');
  }));

test('what compares patterns stands right behind pattern', () =>
  withInsights(async (kit) => {
    const refused = (query: string, message: string) =>
      assert.rejects(kit.compile(query), (error) => error instanceof MalformedQuery && error.message === message);
    await refused('diff', 'Diff compilation Failed : Diff operation has to be used after Pattern');
    await refused('fields @message | diff', 'Diff compilation Failed : Diff operation has to be used after Pattern');
    await refused('stats count(*) | pattern @message', 'pattern needs events: it cannot stand behind stats.');
    await refused("filter x in (SOURCE 'g' | pattern @message | diff)", 'A subquery cannot have diff.');
  }));
