/**
 * A trail's files, as they are and as somebody has changed them, before `aws cloudtrail validate-logs` and before `varve verify`,
 * online and offline. Where the AWS CLI is missing `varve verify` alone looks at them; in CI that is a failure.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ListPublicKeysCommand } from '@aws-sdk/client-cloudtrail';
import { destroyClients, makeClients, REGION, ROOT_KEY } from '../harness.ts';
import { cleanEnvironment, type Ended, ROOT, run, runVarve } from './server-process.ts';
import { OTHER_REGION, TRAIL_ARN, type VerifiedTrail, withVerifiedTrail } from './trail-with-digests.ts';

const hasCli = spawnSync('aws', ['--version']).error === undefined;
const isCi = Boolean(process.env['CI']);

interface Expected {
  /** What `validate-logs` says is invalid, and why, in any order. */
  readonly cli?: readonly string[];
  /** What `varve verify` does. */
  readonly varve: readonly string[];
}

/** The trail, and whoever looks at it. */
class Verifiers {
  readonly #trail: VerifiedTrail;
  readonly #folder: string;

  constructor(trail: VerifiedTrail, folder: string) {
    this.#trail = trail;
    this.#folder = folder;
  }

  async expect(what: string, { cli, varve }: Expected): Promise<void> {
    const invalid = (ended: Ended): string[] =>
      `${ended.stderr}${ended.stdout}`
        .split('\n')
        .filter((line) => line.includes('INVALID: '))
        .map((line) => line.replace(/^.*? file\ts3:\/\/[^/]+\/(.*)\tINVALID: /, '$1 '))
        .sort();
    if (hasCli && cli) {
      const ended = await this.#aws();
      assert.deepEqual(invalid(ended), [...cli].sort(), `validate-logs, ${what}\n${ended.stdout}${ended.stderr}`);
      assert.equal(ended.status, cli.length > 0 ? 1 : 0, what);
    }
    for (const [how, ended] of [
      ['online', await this.#online()],
      ['offline', await this.#offline()],
    ] as const) {
      assert.deepEqual(invalid(ended), [...varve].sort(), `verify ${how}, ${what}\n${ended.stdout}${ended.stderr}`);
      assert.equal(ended.status, varve.length > 0 ? 1 : 0, `${how}, ${what}`);
    }
  }

  async expectIntact(): Promise<void> {
    const { digests, logs, otherDigests, otherLogs } = this.#trail;
    await this.expect('intact', { cli: [], varve: [] });
    const ratios = (ended: Ended): string[] => ended.stdout.match(/\d+\/\d+ (?:digest|log) files valid/g) ?? [];
    const [all, allLogs] = [digests.length + otherDigests.length, logs.length + otherLogs.length];
    const both = [`${all}/${all} digest files valid`, `${allLogs}/${allLogs} log files valid`];
    assert.deepEqual(ratios(await this.#online()), both);
    assert.deepEqual(ratios(await this.#offline()), both);
    if (!hasCli) return;
    for (const [region, digestCount, logCount] of [
      [REGION, digests.length, logs.length],
      [OTHER_REGION, otherDigests.length, otherLogs.length],
    ] as const) {
      const ended = await this.#aws(region);
      const expected = [`${digestCount}/${digestCount} digest files valid`, `${logCount}/${logCount} log files valid`];
      assert.deepEqual(ratios(ended), expected, `${region}\n${ended.stdout}${ended.stderr}`);
    }
  }

  #aws(region = REGION): Promise<Ended> {
    const { startIso } = this.#trail;
    const args = [
      'cloudtrail',
      'validate-logs',
      '--trail-arn',
      TRAIL_ARN,
      '--start-time',
      startIso,
      '--region',
      region,
    ];
    return run('aws', args, this.#environment());
  }

  #online(): Promise<Ended> {
    return runVarve(['verify', '--trail', TRAIL_ARN], this.#environment());
  }

  /** From a directory and the keys, with nothing that leads to a server. */
  async #offline(): Promise<Ended> {
    const folder = await mkdtemp(join(this.#folder, 'copy-'));
    for (const key of await this.#trail.all()) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      await writeFile(join(folder, key), (await this.#trail.get(key)).body);
    }
    const keys: string[] = [];
    for (const region of [REGION, OTHER_REGION]) keys.push('--public-key', await this.#keysOf(region));
    return runVarve(['verify', '--trail', folder, ...keys], cleanEnvironment());
  }

  async #keysOf(region: string): Promise<string> {
    const path = join(this.#folder, `keys-${region}.json`);
    const clients = makeClients(this.#trail.endpoint, region);
    const { PublicKeyList = [] } = await clients.cloudtrail.send(
      new ListPublicKeysCommand({ StartTime: new Date(this.#trail.startIso), EndTime: new Date() }),
    );
    destroyClients(clients);
    const printed = PublicKeyList.map(({ Value, ...key }) => ({
      ...key,
      Value: Buffer.from(Value ?? []).toString('base64'),
    }));
    await writeFile(path, JSON.stringify({ PublicKeyList: printed }));
    return path;
  }

  #environment(): Record<string, string> {
    return cleanEnvironment({
      AWS_ENDPOINT_URL: this.#trail.endpoint,
      AWS_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ROOT_KEY.secretAccessKey,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
    });
  }
}

test('a trail that nobody has touched is valid; every log file and digest that was changed, deleted or added is named', async (t) => {
  lookForCli(t);
  const folder = await mkdtemp(join(tmpdir(), 'varve-validate-'));
  try {
    await withVerifiedTrail(async (trail) => {
      const verifiers = new Verifiers(trail, folder);
      await verifiers.expectIntact();
      for (const tamper of [changedLog, deletedLog, addedLog, changedDigest, deletedDigest, insertedDigests]) {
        const keys = new Set(await trail.all());
        const { changed, ...expected } = await tamper(trail);
        await verifiers.expect(tamper.name, expected);
        for (const object of changed) await trail.put(object);
        for (const key of await trail.all()) if (!keys.has(key)) await trail.delete(key);
      }
      await verifiers.expectIntact();
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

type Tampered = Expected & { readonly changed: readonly Awaited<ReturnType<VerifiedTrail['get']>>[] };

async function changedLog({ logs, get, put }: VerifiedTrail): Promise<Tampered> {
  const before = await get(logs[1] ?? '');
  const text = gunzipSync(before.body).toString().replace('"eventName":"', '"eventName":"Not');
  await put({ ...before, body: gzipSync(text) });
  const invalid = [`${before.key} hash value doesn't match`];
  return { cli: invalid, varve: invalid, changed: [before] };
}

async function deletedLog(trail: VerifiedTrail): Promise<Tampered> {
  const before = await trail.get(trail.logs[2] ?? '');
  await trail.delete(before.key);
  const invalid = [`${before.key} not found`];
  return { cli: invalid, varve: invalid, changed: [before] };
}

/** The AWS CLI looks at what digests name only. */
async function addedLog({ logs, copy }: VerifiedTrail): Promise<Tampered> {
  const added = (logs[2] ?? '').replace(/_\w{16}\.json\.gz$/, '_AddedAddedAdded1.json.gz');
  await copy(logs[0] ?? '', added);
  return { cli: [], varve: [`${added} added: no digest names it`], changed: [] };
}

async function changedDigest({ digests, get, put }: VerifiedTrail): Promise<Tampered> {
  const before = await get(digests[2] ?? '');
  const text = gunzipSync(before.body)
    .toString()
    .replace(/"logFiles":.*/, '"logFiles":[]}');
  const head = before.body.subarray(0, before.body.indexOf(0, 10) + 1);
  // What a careful hand leaves as it was: the metadata, and the comment of the gzip file.
  await put({ ...before, body: Buffer.concat([head, gzipSync(text).subarray(10)]) });
  const invalid = [`${before.key} signature verification failed`];
  return { cli: invalid, varve: invalid, changed: [before] };
}

async function deletedDigest(trail: VerifiedTrail): Promise<Tampered> {
  const before = await trail.get(trail.digests[2] ?? '');
  await trail.delete(before.key);
  const invalid = [`${before.key} not found`];
  return { cli: invalid, varve: invalid, changed: [before] };
}

/** A copy under another name, and one that says so itself; the AWS CLI goes from one to the one before it, from the newest. */
async function insertedDigests({ digests, get, put, copy }: VerifiedTrail): Promise<Tampered> {
  const [first = '', , third = ''] = digests;
  const between = third.replace(/\d(\dZ\.json\.gz)$/, (all, end: string) => `${(Number(all[0]) + 1) % 6}${end}`);
  await copy(third, between);
  const newest = (digests.at(-1) ?? '').replace(/T\d{6}Z/, 'T235959Z');
  const original = await get(first);
  const text = gunzipSync(original.body).toString().replaceAll(first, newest);
  const head = original.body.subarray(0, original.body.indexOf(0, 10) + 1);
  await put({ ...original, key: newest, body: Buffer.concat([head, gzipSync(text).subarray(10)]) });
  const forged = `${newest} signature verification failed`;
  return { varve: [`${between} has been moved from its original location`, forged], changed: [] };
}

function lookForCli(t: TestContext): void {
  if (hasCli) return;
  assert.ok(!isCi, 'the AWS CLI (aws) is not installed: .ci/run installs it');
  t.diagnostic('the AWS CLI (aws) is not installed: varve verify alone has looked at the files');
}

test('verify says what is wrong with its words, with the keys and with the directory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'varve-verify-'));
  try {
    const environment = cleanEnvironment();
    const bad = join(folder, 'bad.json');
    await writeFile(bad, '{"PublicKeyList":[]}');
    for (const [args, status, said] of [
      [[], 2, /name what to verify/],
      [['--directory', folder], 2, /name the public key with --public-key/],
      [['--directory', folder, '--public-key', bad], 1, /bad\.json cannot be used: it holds no public key/],
      [['--directory', folder, '--public-key', join(folder, 'none')], 1, /none cannot be used: ENOENT/],
      [['--trail', 'audit', '--endpoint', 'http://127.0.0.1:1', '--data', folder], 1, /no credentials|nothing answers/],
      [['--directory', folder, '--start', 'yesterday'], 2, /--start: "yesterday" is no time/],
      [['--directory', folder, '--output', 'xml', '--public-key', bad], 2, /--output is one of text, json/],
    ] as const) {
      const ended = await runVarve(['verify', ...args], environment);
      assert.equal(ended.status, status, `${args.join(' ')}\n${ended.stderr}`);
      assert.match(ended.stderr, said);
    }
    assert.equal((await runVarve(['verify', '--help'], environment, ROOT)).status, 0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
