import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomIds, systemClock } from '#base';
import { openState, type SqlStatement, type State } from '#state';
import { bytesOf, conformance, fails } from '../testing/conformance.ts';
import { fileFailure } from './failures.ts';
import { type DiskObjects, openDiskObjects } from './index.ts';

interface Opened {
  store: DiskObjects;
  state: State;
  dir: string;
  close: () => Promise<void>;
}

async function opened(wrap: (state: State) => State = (state) => state): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-objects-'));
  const dir = join(folder, 'objects');
  const state = await openState(join(folder, 'state.sqlite'));
  const store = await openDiskObjects({ dir, state: wrap(state), clock: systemClock, ids: randomIds });
  const close = async (): Promise<void> => {
    await store.close();
    await state.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { store, state, dir, close };
}

async function withStore(work: (opened: Opened) => Promise<void>, wrap?: (state: State) => State): Promise<void> {
  const it = await opened(wrap);
  try {
    await work(it);
  } finally {
    await it.close();
  }
}

async function files(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

/** Waits until `condition` holds, looking at every turn of the event loop. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

conformance('disk', () => opened());

const bucket = { generation: 'g1', name: 'bucket' };

test('objects are files that only their owner can read', () =>
  withStore(async ({ store, dir }) => {
    await store.createBucket(bucket);
    await store.put(bucket, 'secret', Buffer.from('prompt'));
    const [folder = ''] = await readdir(join(dir, 'g1'));
    const [name = ''] = await readdir(join(dir, 'g1', folder));
    assert.equal((await stat(join(dir, 'g1', folder, name))).mode & 0o777, 0o600);
    assert.equal((await stat(join(dir, 'g1', folder))).mode & 0o777, 0o700);
    assert.equal((await stat(dir)).mode & 0o777, 0o700);
  }));

test('overwriting and deleting leave no files behind', () =>
  withStore(async ({ store, dir }) => {
    await store.createBucket(bucket);
    await store.put(bucket, 'k', Buffer.from('1'));
    await store.put(bucket, 'k', Buffer.from('2'));
    await until(async () => (await files(dir)).length === 1);
    const id = await store.createUpload(bucket, 'k', {});
    const part = await store.putPart(bucket, 'k', id, 1, Buffer.from('part'));
    await store.putPart(bucket, 'k', id, 2, Buffer.from('not chosen'));
    await store.completeUpload(bucket, 'k', id, [part]);
    await until(async () => (await files(dir)).length === 1);
    const { body } = await store.get(bucket, 'k');
    await store.delete(bucket, 'k');
    assert.equal((await bytesOf(body)).toString(), 'part');
    await until(async () => (await files(dir)).length === 0);
  }));

test('what a crash left behind is swept at the next start, and nothing else', () =>
  withStore(async ({ store, state, dir }) => {
    await store.createBucket(bucket);
    await store.put(bucket, 'kept', Buffer.from('kept'));
    const id = await store.createUpload(bucket, 'upload', {});
    await store.putPart(bucket, 'upload', id, 1, Buffer.from('part'));
    await store.close();
    const before = (await files(dir)).toSorted();
    await mkdir(join(dir, 'g1', 'ab'), { recursive: true });
    await writeFile(join(dir, 'g1', 'ab', '0000000000000000000000000000ab'), 'no row names this');
    await mkdir(join(dir, 'gone', 'cd'), { recursive: true });
    await writeFile(join(dir, 'gone', 'cd', 'xcd'), 'of a bucket that was deleted');
    const again = await openDiskObjects({ dir, state, clock: systemClock, ids: randomIds });
    await again.swept;
    assert.deepEqual((await files(dir)).toSorted(), before);
    assert.equal((await bytesOf((await again.get(bucket, 'kept')).body)).toString(), 'kept');
    await again.close();
  }));

test('a bucket made again under the same name has none of the old objects', () =>
  withStore(async ({ store }) => {
    await store.createBucket(bucket);
    await store.put(bucket, 'k', Buffer.from('old'));
    await store.createBucket({ ...bucket, generation: 'g2' });
    await fails(store.head({ ...bucket, generation: 'g2' }, 'k'), 'no-such-key');
  }));

test('a listing with a delimiter reads a prefix of thousands of keys as one entry', () => {
  const counted: { sql: string }[] = [];
  const counting = (state: State): State => ({
    migrate: (room, steps) => state.migrate(room, steps),
    transaction: (statements) => state.transaction(statements),
    all: (sql, parameters) => {
      counted.push({ sql });
      return state.all(sql, parameters);
    },
    close: () => state.close(),
  });
  return withStore(async ({ store, state }) => {
    await store.createBucket(bucket);
    const rows: SqlStatement[] = Array.from({ length: 3_000 }, (_, n) => ({
      sql: 'INSERT INTO objects_object VALUES (?, ?, ?, 1, ?, 0, NULL, ?)',
      parameters: [
        'g1',
        Buffer.from(`${n % 3}/${n}`),
        `c${n}`,
        '"e"',
        JSON.stringify({ contentType: 'x', headers: {}, metadata: {}, checksums: {} }),
      ],
    }));
    await state.transaction(rows);
    await store.swept;
    counted.length = 0;
    const page = await store.list(bucket, { delimiter: '/', maxKeys: 1_000 });
    assert.deepEqual(page.commonPrefixes, ['0/', '1/', '2/']);
    assert.equal(counted.length, 1);
    const plan = await state.all(`EXPLAIN QUERY PLAN ${counted[0]?.sql}`, ['g1', '', '', 1, '/', 0, 1]);
    assert.ok(!plan.some((row) => /SCAN o\b/.test(String(row['detail']))), JSON.stringify(plan));
  }, counting);
});

test('a full disk is told as such, and leaves the object that was there', () => {
  let full = false;
  const filling = (state: State): State => ({
    migrate: (room, steps) => state.migrate(room, steps),
    transaction: (statements) =>
      full ? Promise.reject(new Error('database or disk is full')) : state.transaction(statements),
    all: (sql, parameters) => state.all(sql, parameters),
    close: () => state.close(),
  });
  return withStore(async ({ store }) => {
    await store.createBucket(bucket);
    await store.put(bucket, 'k', Buffer.from('there'));
    full = true;
    await fails(store.put(bucket, 'k', Buffer.from('new')), 'no-space');
    full = false;
    assert.equal((await bytesOf((await store.get(bucket, 'k')).body)).toString(), 'there');
  }, filling);
});

test('a reader that is destroyed before it reads gives its file back', () =>
  withStore(async ({ store, dir }) => {
    await store.createBucket(bucket);
    await store.put(bucket, 'k', Buffer.alloc(300_000));
    const { body } = await store.get(bucket, 'k');
    await store.delete(bucket, 'k');
    assert.equal((await files(dir)).length, 1);
    body.destroy();
    await until(async () => (await files(dir)).length === 0);
  }));

test('a file system without space or rights is told apart', () => {
  const failing = (code: string) => (): never => fileFailure(Object.assign(new Error(code), { code }));
  assert.throws(failing('ENOSPC'), { reason: 'no-space' });
  assert.throws(failing('EDQUOT'), { reason: 'no-space' });
  assert.throws(failing('EACCES'), { reason: 'unavailable' });
});

test('a write whose condition fails leaves no file behind', () =>
  withStore(async ({ store, dir }) => {
    await store.createBucket(bucket);
    await fails(store.put(bucket, 'none', Buffer.from('x'), { ifMatch: '"0"' }), 'no-such-key');
    await store.put(bucket, 'k', Buffer.from('there'));
    await fails(store.put(bucket, 'k', Buffer.from('x'), { ifMatch: '"0"' }), 'precondition-failed');
    await fails(store.put(bucket, 'k', Buffer.from('x'), { ifNoneMatch: true }), 'precondition-failed');
    assert.equal((await files(dir)).length, 1);
  }));
