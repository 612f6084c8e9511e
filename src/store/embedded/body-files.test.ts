import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openTempEngine } from '../../../test/support/open-temp-engine.ts';
import { BODY_FILE_SETTING, BodyFiles, SPOOL_FOLDER, takeBodyFile } from './body-files.ts';
import { StoreProcess } from './store-process.ts';

const NEVER = new AbortController().signal;
const INSERT = 'INSERT INTO t.numbers (n) FORMAT RowBinary';

test('rows that are handed over as a file are inserted, and nothing is left of it', async () => {
  await using engine = await openTempEngine();
  await engine.client.command({ query: 'CREATE DATABASE t' });
  await engine.client.command({ query: 'CREATE TABLE t.numbers (n UInt8) ENGINE = MergeTree ORDER BY n' });
  const spool = join(dirname(engine.socketPath), 'engine', SPOOL_FOLDER);
  await engine.storeClient.insert(INSERT, 'a', [Buffer.from([1, 2]), Buffer.from([3])]);
  // The engine refuses what is cut off; there, too, nothing is left.
  const cut = engine.storeClient.insert('INSERT INTO t.nothing (n) FORMAT RowBinary', 'b', [Buffer.from([1])]);
  await assert.rejects(cut, { code: '60' });
  assert.deepEqual(await readdir(spool), []);
  assert.deepEqual(await engine.storeClient.rows('SELECT groupArray(n) AS n FROM t.numbers'), [{ n: [1, 2, 3] }]);
});

test('a name of no file of rows, one that is gone, and a statement that takes no data are refused', async () => {
  await using engine = await openTempEngine();
  const run = (query: string, name: string): Promise<unknown> =>
    engine.client.command({ query, clickhouse_settings: { [BODY_FILE_SETTING]: name } });
  const gone = '00000000-0000-4000-8000-000000000000.rows';
  for (const name of ['', '../../engine.sock', '/etc/passwd', `x/${gone}`, `${gone}\0`]) {
    await assert.rejects(run(INSERT, name), { code: '62', message: /names no file of rows/ }, name);
  }
  await assert.rejects(run(INSERT, gone), /is gone/);
  await assert.rejects(run('SELECT 1', gone), /only an INSERT takes data/);
});

test('files are private, without a name once they are taken, and removed when nobody takes them', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'varve-bodies-'));
  try {
    const files = new BodyFiles(directory);
    {
      await using body = await files.write([Buffer.from('ab'), Buffer.from('c')], NEVER);
      const { mode, size } = await stat(join(directory, body.name));
      assert.deepEqual([mode & 0o777, size], [0o600, 3]);
    }
    assert.deepEqual(await readdir(directory), []);
    await using body = await files.write([Buffer.from('abc')], NEVER);
    await using taken = await takeBodyFile(directory, body.name);
    assert.deepEqual(await readdir(directory), []);
    assert.equal(String(await taken.readFile()), 'abc');
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a file that somebody else has removed is no descriptor that nobody closes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'varve-bodies-'));
  try {
    const files = new BodyFiles(directory);
    // In turn the name is gone before it is opened, and between that and its removal.
    for (let round = 0; round < 100; round += 1) {
      const body = await files.write([Buffer.from('abc')], NEVER);
      const taken = takeBodyFile(directory, body.name).then(
        (file) => file.close(),
        () => undefined,
      );
      await Promise.all([taken, body[Symbol.asyncDispose]()]);
    }
    const descriptors = await readdir('/proc/self/fd').catch(() => []);
    const links = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    assert.deepEqual(
      links.filter((link) => link.startsWith(directory)),
      [],
    );
    const late = files.write([Buffer.from('abc')], AbortSignal.abort(new Error('late')));
    await assert.rejects(late, { message: 'late' });
    assert.deepEqual(await readdir(directory), []);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a disk that is full says so, and keeps nothing of the file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'varve-bodies-'));
  function* filling(): Generator<Buffer> {
    yield Buffer.alloc(1024);
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  }
  try {
    await assert.rejects(new BodyFiles(directory).write(filling(), NEVER), { reason: 'store-disk-full' });
    assert.deepEqual(await readdir(directory), []);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('what a process that was killed has left is removed by the next start', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'varve-bodies-'));
  const open = {
    type: 'open',
    directory,
    socketPath: join(directory, 's'),
    token: 't',
    memoryBytesMax: 1.5e9,
  } as const;
  try {
    for (let start = 0; start < 2; start += 1) {
      const store = new StoreProcess();
      await store.open(open);
      const left = join(directory, SPOOL_FOLDER, '00000000-0000-4000-8000-000000000000.rows');
      await assert.rejects(access(left));
      await writeFile(left, 'x');
      // What is not ours stays, and does not keep the store from starting.
      await mkdir(join(directory, SPOOL_FOLDER, 'lost+found'), { recursive: true });
      await store.stop();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});
