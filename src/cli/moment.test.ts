import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMoment, withTimesJoined } from './moment.ts';
import { WrongUsage } from './wrong-usage.ts';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');

test('times are relative, ISO 8601 or epochs; without a zone they are UTC', () => {
  for (const [text, iso] of [
    ['now', '2026-11-21T12:00:00.000Z'],
    ['-1h', '2026-11-21T11:00:00.000Z'],
    ['5m', '2026-11-21T11:55:00.000Z'],
    ['-7d', '2026-11-14T12:00:00.000Z'],
    ['-2w', '2026-11-07T12:00:00.000Z'],
    ['-90s', '2026-11-21T11:58:30.000Z'],
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T08:30', '2026-11-21T08:30:00.000Z'],
    ['2026-11-21 08:30:15.250', '2026-11-21T08:30:15.250Z'],
    ['2026-11-21T08:30:00+02:00', '2026-11-21T06:30:00.000Z'],
    ['1795262400', '2026-11-21T12:00:00.000Z'],
    ['1795262400123', '2026-11-21T12:00:00.123Z'],
  ] as const) {
    assert.equal(new Date(parseMoment(text, NOW_MS, '--start')).toISOString(), iso, text);
  }
});

test('what is no time is wrong usage that names the option and the forms', () => {
  for (const text of ['', 'yesterday', '1y', '2026-13-01', '-', '12:00', '5', '2026-11-21T25:00']) {
    assert.throws(
      () => parseMoment(text, NOW_MS, '--end'),
      (error) => error instanceof WrongUsage && error.message.startsWith(`--end: "${text}" is no time; write it like`),
      text,
    );
  }
});

test('a relative time behind an option is its value, not another option', () => {
  const args = ['q', '--start', '-1h', '--end', '-30m', '--limit', '-1', '--output', 'json'];
  assert.deepEqual(withTimesJoined(args, ['--start', '--end']), [
    'q',
    '--start=-1h',
    '--end=-30m',
    '--limit',
    '-1',
    '--output',
    'json',
  ]);
});
