import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openState, type State, StateConflict } from './index.ts';

async function withState(work: (state: State, path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-state-'));
  const path = join(folder, 'state.sqlite');
  const state = await openState(path);
  try {
    await work(state, path);
  } finally {
    await state.close();
    await rm(folder, { recursive: true });
  }
}

const SCHEMA = ['CREATE TABLE thing (name TEXT PRIMARY KEY, value INTEGER) STRICT'];

test('a transaction that fails leaves nothing of itself and harms none that is committed with it', () =>
  withState(async (state) => {
    await state.migrate('things', SCHEMA);
    const insert = (name: string) => ({ sql: 'INSERT INTO thing VALUES (?, 1)', parameters: [name] });
    const results = await Promise.allSettled([
      state.transaction([insert('a')]),
      state.transaction([insert('b'), insert('a')]),
      state.transaction([insert('c')]),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok(results[1]?.status === 'rejected' && results[1].reason instanceof StateConflict);
    assert.deepEqual(
      (await state.all('SELECT name FROM thing ORDER BY name')).map((row) => row['name']),
      ['a', 'c'],
    );
  }));

test('what was committed is there after closing and opening again, in a file that only its owner can read', () =>
  withState(async (state, path) => {
    await state.migrate('things', SCHEMA);
    await state.transaction([{ sql: "INSERT INTO thing VALUES ('kept', 7)" }]);
    await state.close();
    const again = await openState(path);
    await again.migrate('things', [...SCHEMA, 'ALTER TABLE thing ADD COLUMN note TEXT']);
    assert.deepEqual({ ...(await again.all('SELECT * FROM thing'))[0] }, { name: 'kept', value: 7, note: null });
    await again.close();
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  }));

test('state of a newer version and a file that is no database are refused in words', () =>
  withState(async (state, path) => {
    await state.migrate('things', SCHEMA);
    await assert.rejects(state.migrate('things', []), /newer Varve/);
    await state.close();
    await writeFile(`${path}.other`, 'this is not a database, it is a long enough text to be looked at by SQLite');
    await assert.rejects(openState(`${path}.other`), /cannot be read/);
  }));

test('a closed state refuses work instead of hanging', () =>
  withState(async (state) => {
    await state.close();
    await assert.rejects(state.all('SELECT 1'), /closed/);
  }));
