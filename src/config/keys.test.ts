/** Keys that Varve makes and keeps: root keys of accounts, and the server key. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { checkConfig, type Config, findRootKey, loadConfig, rootKeys, serverKey } from './index.ts';

const [A, B, C] = ['111111111111', '222222222222', '333333333333'] as const;
const GIVEN = { rootAccessKeyId: 'AKIAGIVENGIVENGIVEN0', rootSecretAccessKey: 'a secret that was given' };

function inFolder(work: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'varve-keys-'));
    try {
      await work(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };
}

function configOf(folder: string, accounts: readonly Record<string, string>[], more = {}): Config {
  return checkConfig({ data: join(folder, 'data'), accounts, ...more }, 'the test');
}

test(
  'an account that joins later gets a key that stays, and the others keep theirs',
  inFolder(async (folder) => {
    const [first] = await rootKeys(configOf(folder, [{ id: A }]));
    const both = configOf(folder, [{ id: B }, { id: A }]);
    const keys = await rootKeys(both);
    assert.deepEqual(
      keys.map(({ accountId }) => accountId),
      [B, A],
    );
    assert.deepEqual(keys[1], first);
    assert.deepEqual(await rootKeys(both), keys);
    assert.deepEqual(await rootKeys(configOf(folder, [{ id: A }])), [first], 'and when it has left again');
    assert.equal((await stat(join(folder, 'data/root-keys.json'))).mode & 0o777, 0o600);
  }),
);

test(
  'processes that make the key of a new account at the same time have the same one',
  inFolder(async (folder) => {
    await rootKeys(configOf(folder, [{ id: A }]));
    const script = `
      const { checkConfig, rootKeys } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)});
      const accounts = process.argv.slice(2).map((id) => ({ id }));
      console.log(JSON.stringify(await rootKeys(checkConfig({ data: process.argv[1], accounts }, 'the test'))));`;
    const run = (...ids: string[]) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, join(folder, 'data'), ...ids]);
    const outputs = await Promise.all([run(A, B, C), run(A, B), run(B, C), run(C, A, B)]);
    const seen = new Set(
      outputs.flatMap(({ stdout }) => (JSON.parse(stdout) as unknown[]).map((key) => JSON.stringify(key))),
    );
    assert.equal(seen.size, 3, [...seen].join('\n'));
    assert.deepEqual((await readdir(join(folder, 'data'))).toSorted(), ['root-keys.json', 'root-keys.json.lock']);
  }),
);

test(
  'a key of the configuration is used and kept nowhere; half a key is refused; a client makes nothing',
  inFolder(async (folder) => {
    const config = configOf(folder, [{ id: A, ...GIVEN }, { id: B }]);
    assert.equal(await findRootKey(config, B), undefined);
    assert.deepEqual(await findRootKey(config), {
      accountId: A,
      accessKeyId: GIVEN.rootAccessKeyId,
      secretAccessKey: GIVEN.rootSecretAccessKey,
    });
    await assert.rejects(stat(config.data), /ENOENT/);
    const [, made] = await rootKeys(config);
    assert.doesNotMatch(await readFile(join(config.data, 'root-keys.json'), 'utf8'), /given|GIVEN/);
    assert.deepEqual(await findRootKey(config, B), made);
    assert.equal(await findRootKey(config, C), undefined);
    const half = configOf(folder, [{ id: A, rootAccessKeyId: GIVEN.rootAccessKeyId }]);
    await assert.rejects(rootKeys(half), /only one half of a root access key/);
  }),
);

test(
  'a file of root keys that is none is told in words and left as it is',
  inFolder(async (folder) => {
    const config = configOf(folder, [{ id: A }]);
    await mkdir(config.data);
    for (const text of ['{', '{}', '[{"accountId":"1"}]', '']) {
      await writeFile(join(config.data, 'root-keys.json'), text);
      await assert.rejects(rootKeys(config), /root-keys\.json is no list of root keys/);
      assert.equal(await readFile(join(config.data, 'root-keys.json'), 'utf8'), text);
    }
  }),
);

test('VARVE_ACCOUNT_ID makes a listed account the first one with its own keys; an account stands in the list once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'varve-keys-'));
  try {
    const path = join(folder, 'varve.yaml');
    await writeFile(path, `accounts:\n  - id: "${A}"\n  - id: "${B}"\n    rootAccessKeyId: AKIABBBBBBBBBBBBBBBB\n`);
    const { accounts } = await loadConfig({ config: path }, { VARVE_ACCOUNT_ID: B });
    assert.deepEqual(accounts, [{ id: B, rootAccessKeyId: 'AKIABBBBBBBBBBBBBBBB' }, { id: A }]);
    const renamed = await loadConfig({ config: path }, { VARVE_ACCOUNT_ID: C });
    assert.deepEqual(
      renamed.accounts.map(({ id }) => id),
      [C, B],
    );
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.throws(
    () => checkConfig({ accounts: [{ id: A }, { id: B }, { id: A }] }, 'test'),
    /accounts: 1{12} stands there twice/,
  );
});

test(
  'the server key is made once where it is told to be, and is not used while others can read it',
  inFolder(async (folder) => {
    const path = join(folder, 'elsewhere.key');
    const config = configOf(folder, [{ id: A }], { serverKeyFile: path });
    const key = await serverKey(config);
    assert.equal(key.length, 32);
    assert.deepEqual(await serverKey(config), key);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    for (const mode of [0o640, 0o604, 0o602]) {
      await chmod(path, mode);
      await assert.rejects(serverKey(config), { reason: 'server-key-exposed', remedy: `Run: chmod 600 ${path}` });
    }
    await chmod(path, 0o400);
    assert.deepEqual(await serverKey(config), key, 'a file that nobody can write is as good');
    assert.deepEqual((await loadConfig({}, { VARVE_SERVER_KEY_FILE: path })).serverKeyFile, path);
  }),
);

test(
  'a server key that is too short, or in a folder that is not there, is told in words',
  inFolder(async (folder) => {
    const path = join(folder, 'short.key');
    await writeFile(path, 'c2hvcnQ=\n', { mode: 0o600 });
    await assert.rejects(
      serverKey(configOf(folder, [{ id: A }], { serverKeyFile: path })),
      /is not the key of a Varve/,
    );
    const nowhere = join(folder, 'not-mounted', 'server.key');
    await assert.rejects(
      serverKey(configOf(folder, [{ id: A }], { serverKeyFile: nowhere })),
      /not-mounted.* cannot be used/,
    );
    await assert.rejects(stat(join(folder, 'not-mounted')), /ENOENT/);
  }),
);
