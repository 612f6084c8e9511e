/** What every read asks of the engine beside its rows. */
import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { openTempEngine, type TempEngine } from '../../test/support/open-temp-engine.ts';
import type { StoreClient } from './client.ts';

describe('reads', () => {
  let engine: TempEngine;
  let client: StoreClient;
  before(async () => {
    engine = await openTempEngine({ memoryBytesMax: 1_500_000_000 });
    client = engine.storeClient;
  });
  after(async () => {
    await engine[Symbol.asyncDispose]();
  });

  test('have two threads, though the engine may have little memory', { skip: cpus().length < 2 }, async () => {
    const rows = await client.rows<{ explain: string }>(
      'EXPLAIN PIPELINE SELECT sum(number) FROM numbers_mt(100000000)',
    );
    assert.match(rows.map(({ explain }) => explain).join('\n'), /NumbersRange × 2/);
  });
});
