import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SERVICE_NAMES } from '#wire';
import { GENERATED_FOLDER, generateFiles } from '../../tools/schemas/generate.ts';
import { SOURCES } from '../../tools/schemas/services.ts';

test('the generated schemas are those of the installed SDK clients (else: npm run generate)', async () => {
  const files = await generateFiles();
  const committed = readdirSync(GENERATED_FOLDER).sort();
  assert.deepEqual(committed, [...files.keys()].sort());
  const stale = committed.filter((name) => readFileSync(join(GENERATED_FOLDER, name), 'utf8') !== files.get(name));
  assert.deepEqual(stale, [], 'these files are stale');
});

test('every service has a source', () => {
  assert.deepEqual(
    SOURCES.map(({ name }) => name),
    [...SERVICE_NAMES],
  );
});
