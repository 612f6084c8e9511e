import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyCollector } from './body.ts';
import type { Spool, SpoolWriter } from './types.ts';

test('a body that breaks off while its file is being made leaves no file', async () => {
  const made = Promise.withResolvers<SpoolWriter>();
  let discarded = 0;
  const writer = { write: () => Promise.resolve(), discard: () => Promise.resolve(void (discarded += 1)) };
  const collector = new BodyCollector({ create: () => made.promise } as unknown as Spool, 10);
  const taken = collector.add(Buffer.alloc(11));
  const discarding = collector.discard();
  made.resolve(writer as unknown as SpoolWriter);
  await Promise.all([taken, discarding]);
  assert.equal(discarded, 1);
});
