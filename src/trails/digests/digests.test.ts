import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Clock } from '#base';
import { SecretBox } from '#identity';
import { openState } from '#state';
import { TrailSigningKeys } from '../keys/index.ts';
import { MISSED_MAX } from './due.ts';
import {
  type DeliveredFile,
  type DigestEvent,
  type DigestObject,
  DigestPutFailed,
  type FollowedTrail,
  TrailDigests,
} from './index.ts';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;
const NOON_MS = Date.parse('2026-11-21T12:00:00.300Z');
const NOON_SECONDS_MS = NOON_MS - 300;

const TRAIL: FollowedTrail = {
  id: 't1',
  arn: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/audit`,
  accountId: ACCOUNT,
  name: 'audit',
  homeRegion: REGION,
  bucketName: 'trails',
  keyPrefix: 'pre',
  validatesFiles: true,
  isLogging: true,
  isMultiRegion: true,
};

class TestClock implements Clock {
  ms = NOON_MS;
  steadyMs = 5_000;
  nowMs(): number {
    return this.ms;
  }
  monotonicMs(): number {
    return this.steadyMs;
  }
  advance(ms: number): void {
    this.ms += ms;
    this.steadyMs += ms;
  }
}

interface Digest {
  readonly digestStartTime: string;
  readonly digestEndTime: string;
  readonly previousDigestS3Object: string | null;
  readonly previousDigestHashValue: string | null;
  readonly previousDigestSignature: string | null;
  readonly [key: string]: unknown;
  readonly logFiles: readonly { readonly s3Object: string; readonly hashValue: string }[];
}

/** A bucket that remembers every put, and what else digests need; `reopen` is a restart. */
class Kit {
  readonly clock = new TestClock();
  readonly puts: DigestObject[] = [];
  readonly notes: { error?: string }[] = [];
  readonly events: DigestEvent[] = [];
  refuse: ((object: DigestObject) => void) | undefined;
  wait: ((object: DigestObject) => Promise<void>) | undefined;
  isSettled = true;
  lastHeldMs = 0;
  readonly #state;
  readonly keys;
  digests!: TrailDigests;

  constructor(state: Awaited<ReturnType<typeof openState>>, keys: TrailSigningKeys) {
    this.#state = state;
    this.keys = keys;
  }

  async reopen(trails: readonly FollowedTrail[]): Promise<void> {
    this.digests = await TrailDigests.open(
      {
        state: this.#state,
        clock: this.clock,
        keys: this.keys,
        intervalMs: HOUR_MS,
        retryMs: 60_000,
        lastHeldMs: this.lastHeldMs,
        onEvent: (event) => void this.events.push(event),
        ports: {
          put: async (object) => {
            await this.wait?.(object);
            this.refuse?.(object);
            this.puts.push(object);
          },
          settled: async () => this.isSettled,
          note: (note) => void this.notes.push(note),
        },
      },
      trails,
    );
  }

  /** The clock goes on by so many hours, and what is due is written. */
  async hours(hours: number): Promise<void> {
    this.clock.advance(hours * HOUR_MS);
    await this.digests.writeDue();
  }

  async deliver(more: Partial<DeliveredFile> = {}): Promise<DeliveredFile> {
    const region = more.region ?? REGION;
    const stamp = `${new Date(this.clock.ms).toISOString().slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
    const file = {
      trailId: TRAIL.id,
      accountId: ACCOUNT,
      region,
      bucketName: 'trails',
      key: `pre/AWSLogs/${ACCOUNT}/CloudTrail/${region}/${ACCOUNT}_CloudTrail_${region}_${stamp}_${'a'.repeat(16)}.json.gz`,
      sha256Hex: '5'.repeat(64),
      oldestEventMs: this.clock.ms - 60_000,
      newestEventMs: this.clock.ms - 1_000,
      deliveredMs: this.clock.ms,
      ...more,
    };
    await this.digests.delivered(file);
    return file;
  }

  texts(region = REGION): Digest[] {
    const inRegion = this.puts.filter(({ key }) => key.includes(`/${region}/`));
    return inRegion.map(({ body }) => JSON.parse(gunzipSync(body).toString()) as Digest);
  }

  /** Every digest is signed as the AWS CLI checks it and names the one before; ends rise. */
  async assertChain(region = REGION): Promise<void> {
    const { keys } = await this.keys.list(ACCOUNT, region, { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, max: 100 });
    const objects = this.puts.filter(({ key }) => key.includes(`/${region}/`));
    for (const [at, object] of objects.entries()) {
      const text = gunzipSync(object.body);
      const digest = JSON.parse(text.toString()) as Digest;
      const key = keys.find(({ fingerprint }) => fingerprint === digest['digestPublicKeyFingerprint']);
      assert.ok(key, 'the key is listed');
      assert.ok(
        Date.parse(digest.digestEndTime) <= key.validToMs && Date.parse(digest.digestEndTime) >= key.validFromMs,
      );
      const toSign = `${digest.digestEndTime}\ntrails/${object.key}\n${sha256(text)}\n${digest.previousDigestSignature ?? 'null'}`;
      const publicKey = createPublicKey({ key: key.publicDer, format: 'der', type: 'pkcs1' });
      const signature = Buffer.from(object.metadata['signature'] ?? '', 'hex');
      assert.ok(verify('sha256', Buffer.from(toSign), publicKey, signature), object.key);
      assert.ok(digest.digestStartTime < digest.digestEndTime);
      const before = objects[at - 1];
      if (!before || digest.previousDigestS3Object === null) continue;
      assert.equal(digest.previousDigestS3Object, before.key);
      assert.equal(digest.previousDigestHashValue, sha256(gunzipSync(before.body)));
      assert.equal(digest.previousDigestSignature, before.metadata['signature']);
      assert.equal(digest.digestStartTime, this.texts(region)[at - 1]?.digestEndTime);
    }
    const ends = this.texts(region).map(({ digestEndTime }) => digestEndTime);
    assert.deepEqual(ends, [...new Set(ends)].sort());
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function withDigests(work: (kit: Kit) => Promise<void>, trails = [TRAIL]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-digests-'));
  const state = await openState(join(folder, 'state.sqlite'));
  try {
    const clock = { nowMs: () => kit.clock.ms, monotonicMs: () => kit.clock.steadyMs };
    const vault = new SecretBox(Buffer.alloc(32, 1), 'keys of trails');
    const kit: Kit = new Kit(state, await TrailSigningKeys.open({ state, clock, vault }));
    await kit.reopen(trails);
    await work(kit);
  } finally {
    await state.close();
    await rm(folder, { recursive: true });
  }
}

test('there is a digest every interval, named as AWS names it, also when nothing was delivered', () =>
  withDigests(async (kit) => {
    await kit.digests.writeDue();
    assert.equal(kit.puts.length, 0);
    await kit.hours(1);
    const file = await kit.deliver();
    await kit.hours(1);
    await kit.hours(1);
    assert.deepEqual(
      kit.puts.map(({ key }) => key),
      ['13', '14', '15'].map(
        (hour) =>
          `pre/AWSLogs/${ACCOUNT}/CloudTrail-Digest/${REGION}/2026/11/21/${ACCOUNT}_CloudTrail-Digest_${REGION}_audit_${REGION}_20261121T${hour}0000Z.json.gz`,
      ),
    );
    await kit.assertChain();
    const [first, second, third] = kit.texts();
    assert.deepEqual(
      Object.entries(first ?? {})
        .slice(0, 9)
        .map(([name, value]) => [name, value]),
      [
        ['awsAccountId', ACCOUNT],
        ['digestStartTime', '2026-11-21T12:00:00Z'],
        ['digestEndTime', '2026-11-21T13:00:00Z'],
        ['digestS3Bucket', 'trails'],
        ['digestS3Object', kit.puts[0]?.key],
        ['digestPublicKeyFingerprint', (await kit.keys.current(ACCOUNT, REGION)).fingerprint],
        ['digestSignatureAlgorithm', 'SHA256withRSA'],
        ['newestEventTime', null],
        ['oldestEventTime', null],
      ],
    );
    assert.equal(first?.previousDigestSignature, null);
    assert.deepEqual(second?.logFiles, [
      {
        s3Bucket: 'trails',
        s3Object: file.key,
        hashValue: file.sha256Hex,
        hashAlgorithm: 'SHA-256',
        newestEventTime: '2026-11-21T12:59:59Z',
        oldestEventTime: '2026-11-21T12:59:00Z',
      },
    ]);
    assert.equal(second?.['newestEventTime'], '2026-11-21T12:59:59Z');
    assert.deepEqual(third?.logFiles, []);
    assert.equal(kit.puts[0]?.metadata['signature-algorithm'], 'SHA256withRSA');
    assert.equal(kit.notes.length, 3);
  }));

test('a file that is told of again, before or after its digest, is named once; files of other trails are passed over', () =>
  withDigests(async (kit) => {
    const file = await kit.deliver();
    await kit.digests.delivered(file);
    await kit.deliver({ trailId: 'another', key: 'elsewhere' });
    await kit.hours(1);
    await kit.digests.delivered(file);
    await kit.hours(1);
    assert.deepEqual(
      kit.texts().map(({ logFiles }) => logFiles.map(({ s3Object }) => s3Object)),
      [[file.key], []],
    );
  }));

test('a crash after a digest was put has the same bytes put again, also when a new key signs since', () =>
  withDigests(async (kit) => {
    await kit.deliver();
    kit.refuse = (object) => {
      kit.puts.push(object);
      throw new Error('the process dies here');
    };
    await kit.hours(1);
    kit.refuse = undefined;
    await kit.deliver({ key: 'later' });
    await kit.keys.rotate(ACCOUNT, REGION);
    await kit.reopen([TRAIL]);
    await kit.hours(1);
    const [first, again, next] = kit.puts;
    assert.equal(kit.puts.length, 3);
    assert.deepEqual(again, first);
    assert.notEqual(next?.key, first?.key);
    kit.puts.shift();
    await kit.assertChain();
    assert.equal(kit.texts()[1]?.logFiles[0]?.s3Object, 'later');
  }));

test('a bucket that refuses makes digests wait: the status tells, none is lost, and they come when it takes them', () =>
  withDigests(async (kit) => {
    kit.refuse = () => {
      throw new DigestPutFailed('AccessDenied', 'no');
    };
    const file = await kit.deliver();
    await kit.hours(1);
    await kit.hours(1);
    assert.equal(kit.notes.at(-1)?.error, 'AccessDenied');
    assert.match(kit.digests.status()[0]?.lastError ?? '', /no/);
    kit.refuse = undefined;
    await kit.reopen([TRAIL]);
    await kit.hours(1);
    await kit.assertChain();
    assert.deepEqual(
      kit.texts().map(({ digestEndTime, logFiles }) => [digestEndTime.slice(11, 16), logFiles[0]?.s3Object]),
      [
        ['13:00', file.key],
        ['14:00', undefined],
        ['15:00', undefined],
      ],
    );
    assert.equal(kit.notes.at(-1)?.error, undefined);
    assert.equal(kit.digests.status()[0]?.lastError, undefined);
  }));

test('after a long stop there is a digest for each hour of the last week, and one for all that was before', () =>
  withDigests(async (kit) => {
    await kit.reopen([TRAIL]);
    await kit.hours(MISSED_MAX + 100);
    assert.equal(kit.puts.length, MISSED_MAX);
    const [first, second] = kit.texts();
    assert.equal(Date.parse(first?.digestEndTime ?? '') - NOON_SECONDS_MS, 101 * HOUR_MS);
    assert.equal(second?.digestStartTime, first?.digestEndTime);
    assert.equal(Date.parse(kit.texts().at(-1)?.digestEndTime ?? ''), kit.clock.ms - 300);
    await kit.assertChain();
  }));

test('when the clock is set back digests stay in order and keep coming', () =>
  withDigests(async (kit) => {
    await kit.hours(1);
    kit.clock.ms -= 24 * HOUR_MS;
    await kit.digests.writeDue();
    assert.equal(kit.puts.length, 1);
    const file = await kit.deliver();
    await kit.hours(1);
    await kit.hours(1);
    await kit.reopen([TRAIL]);
    await kit.hours(1);
    const ends = kit.texts().map(({ digestEndTime }) => Date.parse(digestEndTime) - NOON_SECONDS_MS);
    assert.deepEqual(ends, [HOUR_MS, HOUR_MS + SECOND_MS, HOUR_MS + 2 * SECOND_MS, HOUR_MS + 3 * SECOND_MS]);
    assert.equal(kit.texts()[1]?.logFiles[0]?.s3Object, file.key);
    await kit.assertChain();
    // A trail that begins while the clock is behind has digests under the same key.
    await kit.digests.follow({ ...TRAIL, id: 't2', arn: `${TRAIL.arn}2`, name: 'second' });
    await kit.hours(1);
    const ofSecond = kit.puts.filter(({ key }) => key.includes('_second_'));
    assert.equal(ofSecond.length, 1);
    const { keys } = await kit.keys.list(ACCOUNT, REGION, { fromMs: kit.clock.ms, toMs: kit.clock.ms, max: 9 });
    assert.equal(keys.length, 1, 'the key is listed for the time that its digest tells');
  }));

test('stopping writes a last digest with what came meanwhile; starting again begins a chain of its own', () =>
  withDigests(async (kit) => {
    await kit.hours(1);
    kit.clock.advance(10 * 60_000);
    await kit.digests.follow({ ...TRAIL, isLogging: false });
    const file = await kit.deliver();
    await kit.digests.writeDue();
    assert.deepEqual(
      kit.texts().map(({ digestEndTime, logFiles }) => [digestEndTime, logFiles.length]),
      [
        ['2026-11-21T13:00:00Z', 0],
        ['2026-11-21T13:10:01Z', 1],
      ],
    );
    await kit.hours(5);
    await kit.deliver({ key: 'while it is off' });
    assert.equal(kit.puts.length, 2, 'no digests while it is off');
    await kit.digests.follow(TRAIL);
    await kit.hours(1);
    const last = kit.texts().at(-1);
    assert.equal(last?.previousDigestS3Object, null);
    assert.equal(last?.digestStartTime, '2026-11-21T18:10:00Z');
    assert.deepEqual(last?.logFiles, []);
    assert.ok(file.key);
    await kit.assertChain();
  }));

test('a trail that is stopped and started within a second, or made again under its name, has digests of other names', () =>
  withDigests(async (kit) => {
    await kit.digests.follow({ ...TRAIL, isLogging: false });
    await kit.digests.follow(TRAIL);
    await kit.digests.end(TRAIL.id);
    await kit.digests.follow({ ...TRAIL, id: 'again' });
    await kit.digests.writeDue();
    await kit.digests.end('again');
    await kit.digests.writeDue();
    await kit.reopen([{ ...TRAIL, id: 'once more' }]);
    await kit.digests.end('once more');
    await kit.digests.writeDue();
    assert.equal(kit.puts.length, 4);
    assert.equal(new Set(kit.puts.map(({ key }) => key)).size, 4);
    await kit.assertChain();
  }));

test('what a crash has kept from being told is made up for at the next start', () =>
  withDigests(async (kit) => {
    await kit.reopen([{ ...TRAIL, id: 't3', arn: `${TRAIL.arn}3`, name: 'third' }]);
    await kit.digests.writeDue();
    assert.match(kit.puts[0]?.key ?? '', /_audit_/, 'the last digest of the trail that is gone');
    await kit.hours(1);
    assert.match(kit.puts[1]?.key ?? '', /_third_/);
    assert.equal(kit.puts.length, 2);
  }));

test('a Region has digests from its first file on, and none any more when the trail keeps to its home', () =>
  withDigests(async (kit) => {
    await kit.hours(1);
    kit.clock.advance(20 * 60_000);
    const file = await kit.deliver({ region: 'eu-west-1' });
    kit.clock.advance(40 * 60_000);
    await kit.digests.writeDue();
    const [there] = kit.texts('eu-west-1');
    assert.equal(there?.digestStartTime, '2026-11-21T13:00:00Z');
    assert.equal(there?.digestEndTime, '2026-11-21T14:00:00Z');
    assert.equal(there?.logFiles[0]?.s3Object, file.key);
    await kit.assertChain('eu-west-1');
    await kit.digests.follow({ ...TRAIL, isMultiRegion: false });
    await kit.hours(1);
    await kit.hours(1);
    assert.equal(kit.texts('eu-west-1').length, 2);
    assert.equal(kit.texts().length, 4);
  }));

test('a digest waits for log files that are on their way, but not for ever', () =>
  withDigests(async (kit) => {
    kit.isSettled = false;
    await kit.hours(1);
    assert.equal(kit.puts.length, 0);
    kit.isSettled = true;
    const file = await kit.deliver({ key: `x_20261121T1259Z_${'b'.repeat(16)}.json.gz` });
    kit.clock.advance(60_000);
    await kit.digests.writeDue();
    assert.equal(kit.texts()[0]?.logFiles[0]?.s3Object, file.key);
    kit.isSettled = false;
    await kit.hours(1);
    assert.equal(kit.puts.length, 1);
    await kit.hours(1);
    assert.equal(kit.events.filter(({ type }) => type === 'incomplete').length > 0, true);
    assert.ok(kit.puts.length > 1);
  }));

test('when the bucket of a trail changes the chain goes on there and names the digest in the old one', () =>
  withDigests(async (kit) => {
    await kit.hours(1);
    await kit.digests.follow({ ...TRAIL, bucketName: 'other', keyPrefix: 'elsewhere' });
    await kit.hours(1);
    const [first, second] = kit.puts;
    assert.equal(second?.trail.bucketName, 'other');
    assert.match(second?.key ?? '', /^elsewhere\/AWSLogs\//);
    const text = kit.texts()[1];
    assert.equal(text?.['previousDigestS3Bucket'], 'trails');
    assert.equal(text?.previousDigestS3Object, first?.key);
  }));

test('the last digest of a trail whose bucket never comes back is given up after a month', () =>
  withDigests(async (kit) => {
    kit.refuse = () => {
      throw new DigestPutFailed('NoSuchBucket', 'gone');
    };
    await kit.digests.end(TRAIL.id);
    await kit.digests.writeDue();
    assert.equal(kit.digests.status().length, 1);
    await kit.hours(31 * 24);
    assert.equal(kit.digests.status().length, 0);
    await kit.reopen([]);
    assert.equal(kit.digests.status().length, 0);
  }));

test('once started it writes by itself, at once when something changes, and ends when it is stopped', () =>
  withDigests(async (kit) => {
    const written = Promise.withResolvers<void>();
    kit.refuse = () => written.resolve();
    kit.digests.start();
    await kit.digests.end(TRAIL.id);
    await written.promise;
    await kit.digests.stop(1_000);
    assert.equal(kit.puts.length, 1);
  }));

test('a digest that waits for a bucket which the trail has left goes to the new one, with its files', () =>
  withDigests(async (kit) => {
    kit.refuse = ({ trail }) => {
      if (trail.bucketName === 'trails') throw new DigestPutFailed('NoSuchBucket', 'gone');
    };
    const file = await kit.deliver();
    await kit.hours(1);
    assert.equal(kit.puts.length, 0);
    await kit.digests.follow({ ...TRAIL, bucketName: 'other' });
    await kit.digests.writeDue();
    assert.equal(kit.puts[0]?.trail.bucketName, 'other');
    assert.equal(kit.texts()[0]?.['digestS3Bucket'], 'other');
    assert.equal(kit.texts()[0]?.logFiles[0]?.s3Object, file.key);
  }));

test('a trail that changes its bucket while a digest is being put there has it made anew, and one chain', () =>
  withDigests(async (kit) => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    kit.wait = async ({ trail }) => {
      if (trail.bucketName !== 'trails') return;
      begun.resolve();
      await ended.promise;
    };
    const file = await kit.deliver();
    kit.clock.advance(HOUR_MS);
    const writing = kit.digests.writeDue();
    await begun.promise;
    await kit.digests.follow({ ...TRAIL, bucketName: 'other' });
    ended.resolve();
    await writing;
    await kit.hours(1);
    const chain = kit.puts.filter(({ trail }) => trail.bucketName === 'other');
    const texts = chain.map(({ body }) => JSON.parse(gunzipSync(body).toString()) as Digest);
    assert.equal(texts.length, 2);
    assert.deepEqual(
      texts.map(({ previousDigestS3Object, logFiles }) => [previousDigestS3Object, logFiles[0]?.s3Object]),
      [
        [null, file.key],
        [chain[0]?.key, undefined],
      ],
    );
    assert.equal(texts[1]?.['previousDigestS3Bucket'], 'other');
  }));

test('the last digest waits for what the call that stops logging leaves, and ends where logging ended', () =>
  withDigests(async (kit) => {
    kit.lastHeldMs = 2_000;
    await kit.reopen([TRAIL]);
    kit.clock.advance(HOUR_MS - 1_500);
    await kit.digests.follow({ ...TRAIL, isLogging: false });
    await kit.digests.writeDue();
    kit.clock.advance(1_900);
    await kit.digests.writeDue();
    assert.equal(kit.puts.length, 0, 'nor is there one of the interval, which is longer than the chain');
    const file = await kit.deliver();
    kit.clock.advance(100);
    await kit.digests.writeDue();
    assert.deepEqual(
      kit.texts().map(({ digestEndTime, logFiles }) => [digestEndTime, logFiles[0]?.s3Object]),
      [['2026-11-21T12:59:59Z', file.key]],
    );
  }));
