import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withInsights } from './kit.ts';

test('texts that look like times, dates and numbers are shown as they were written', () =>
  withInsights(async (kit) => {
    const event = {
      a: '2026-01-01T00:00:00Z',
      b: '2026-01-01',
      c: '2026-01-01 05:06:07.123456',
      d: '1.50',
      e: '007',
      f: '2026-01-01T00:00:00.000+02:00',
      g: 'true',
    };
    await kit.put('test', [event]);
    assert.deepEqual(await kit.rows('fields a, b, c, d, e, f, g'), [event]);
    assert.deepEqual(await kit.rows('filter a = "2026-01-01T00:00:00Z" | fields d'), [{ d: '1.50' }]);
  }));
