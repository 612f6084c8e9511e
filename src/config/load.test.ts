import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkConfig, loadConfig } from './index.ts';

async function withFile(text: string, work: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-config-'));
  try {
    const path = join(folder, 'varve.yaml');
    await writeFile(path, text);
    await work(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('without flags, environment or file the defaults of the contract hold', async () => {
  const config = await loadConfig({}, {});
  assert.equal(config.listen, '127.0.0.1:4650');
  assert.equal(config.accounts[0]?.id, '123456789012');
  assert.equal(config.delivery.interval, '60s');
  assert.equal(config.journal.durability, 'fsync');
});

test('a flag beats the environment and the environment beats the file', () =>
  withFile('listen: 127.0.0.1:1\ndata: from-file\nregion: eu-west-1\n', async (path) => {
    const config = await loadConfig(
      { config: path, listen: '127.0.0.1:3' },
      { VARVE_LISTEN: '127.0.0.1:2', VARVE_DATA: 'from-environment' },
    );
    assert.deepEqual([config.listen, config.data, config.region], ['127.0.0.1:3', 'from-environment', 'eu-west-1']);
  }));

test('the environment sets how long log files and digests wait', () =>
  withFile('trails:\n  interval: 1m\n  lookupPerSecond: 0\n', async (path) => {
    const { trails, delivery } = await loadConfig(
      { config: path },
      { VARVE_TRAIL_INTERVAL: '2s', VARVE_DIGEST_INTERVAL: '10m', VARVE_DELIVERY_INTERVAL: '1s' },
    );
    assert.deepEqual([trails.interval, trails.digestInterval, trails.lookupPerSecond], ['2s', '10m', 0]);
    assert.equal(delivery.interval, '1s');
    const { trails: defaults } = await loadConfig({}, {});
    assert.deepEqual([defaults.interval, defaults.digestInterval, defaults.lookupPerSecond], ['5m', '1h', 2]);
  }));

test('an unknown key is an error that names it and the nearest valid one, at any depth', () => {
  assert.throws(() => checkConfig({ lisen: 'x' }, 'test'), /unknown key "lisen"; did you mean "listen"\?/);
  assert.throws(
    () => checkConfig({ journal: { durabilty: 'os' } }, 'test'),
    /unknown key "journal.durabilty"; did you mean "durability"\?/,
  );
  assert.throws(
    () => checkConfig({ upstreams: { aws: { kind: 'bedrock', endpont: 'http://127.0.0.1:1' } } }, 'test'),
    /unknown key "upstreams.aws.endpont"; did you mean "endpoint"\?/,
  );
});

test('wrong values name their key', () => {
  assert.throws(() => checkConfig({ delivery: { interval: 'soon' } }, 'test'), /delivery\.interval: write a duration/);
  assert.throws(
    () => checkConfig({ models: [{ models: ['*'], upstream: 'nobody' }] }, 'test'),
    /no upstream is named "nobody"/,
  );
});

test('a file that is missing or no YAML is told in words', async () => {
  await assert.rejects(loadConfig({ config: '/nowhere/varve.yaml' }, {}), /cannot be read/);
  await withFile('a: [', async (path) => assert.rejects(loadConfig({ config: path }, {}), /no valid YAML/));
});
