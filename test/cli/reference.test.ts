import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referencePages, stalePages } from '../../tools/reference.ts';

test('docs/reference says what the code says', async () => {
  assert.deepEqual(await stalePages(), [], 'stale pages: run npm run reference');
});

test('the reference has every key of the configuration, and every operation of a service', async () => {
  const pages = await referencePages();
  const configuration = pages.get('docs/reference/configuration.md') ?? '';
  for (const key of ['journal.durability', 'accounts[].id', 'upstreams.NAME.firstByteTimeout', 'models[].upstream']) {
    assert.ok(configuration.includes(`\`${key}\``), key);
  }
  const operations = pages.get('docs/reference/operations.md') ?? '';
  for (const operation of ['Converse', 'CreateGuardrail', 'PutObject', 'StartQuery', 'ListUsers', 'AssumeRole']) {
    assert.ok(operations.includes(`\`${operation}\``), operation);
  }
});
