import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeText } from './times.ts';

test('ISO times have a fraction where there is one', () => {
  assert.equal(timeText(new Date('2026-11-21T09:30:00.000Z'), 'iso'), '2026-11-21T09:30:00Z');
  assert.equal(timeText(new Date('2026-11-21T09:30:00.379Z'), 'iso'), '2026-11-21T09:30:00.379Z');
});

test('older services write the hours of half a day', () => {
  const us = (iso: string): string | undefined => timeText(new Date(iso), 'us');
  assert.equal(us('2026-11-21T09:30:05.999Z'), 'Nov 21, 2026, 9:30:05 AM');
  assert.equal(us('2026-01-02T00:00:00Z'), 'Jan 2, 2026, 12:00:00 AM');
  assert.equal(us('2026-12-31T12:05:00Z'), 'Dec 31, 2026, 12:05:00 PM');
  assert.equal(us('2026-12-31T23:59:59Z'), 'Dec 31, 2026, 11:59:59 PM');
});

test('what is no moment has no text', () => {
  assert.equal(timeText(new Date(Number.NaN), 'iso'), undefined);
  assert.equal(timeText(new Date(Number.NaN), 'us'), undefined);
});
