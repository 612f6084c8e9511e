/** Digests of a trail, their keys and their status, through the API. (What they hold, the AWS CLI judges: test/cli.) */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  DeleteTrailCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { DeleteBucketPolicyCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { EMPTY_SHA256_HEX, type SigningCredentials, signRequest } from '#wire';
import { type Clients, destroyClients, makeClients, REGION, ROOT_KEY, withVarve } from '../harness.ts';
import { eventually, getObject, listKeys } from '../records.ts';
import { allowCloudTrail, startTrail, TRAIL, TRAIL_BUCKET, trailFiles, trailRecords } from '../trail-files.ts';

/** What is parked is tried again after an hour: in time only when it is woken. */
const SETTINGS = { trails: { interval: '100ms', digestInterval: '1s' }, delivery: { parkedRetry: '1h' } };
const HOURLY = { ...SETTINGS, trails: { interval: '100ms', digestInterval: '1h' } };
const VALIDATED = { EnableLogFileValidation: true };
const named = { Name: TRAIL };

const digestsOf = async (clients: Clients): Promise<string[]> =>
  (await listKeys(clients, TRAIL_BUCKET)).filter((key) => key.includes('/CloudTrail-Digest/'));

async function textOf(clients: Clients, key: string) {
  return JSON.parse(gunzipSync(await getObject(clients, TRAIL_BUCKET, key)).toString()) as {
    readonly previousDigestS3Object: string | null;
    readonly digestPublicKeyFingerprint: string;
    readonly logFiles: readonly { readonly s3Object: string; readonly hashValue: string }[];
  };
}

/** The keys that are listed for a range; now, when it is left out. */
const keysOf = async ({ cloudtrail }: Clients, range: { StartTime?: Date; EndTime?: Date } = {}) =>
  (await cloudtrail.send(new ListPublicKeysCommand(range))).PublicKeyList ?? [];

async function rotate(endpoint: string, credentials: SigningCredentials, region = REGION) {
  const target = '/_varve/trails/rotate-key';
  const host = new URL(endpoint).host;
  const signed = { method: 'POST', target, headers: { host }, service: 'varve', region, credentials };
  const headers = signRequest({ ...signed, bodySha256Hex: EMPTY_SHA256_HEX, nowMs: Date.now() });
  const response = await fetch(endpoint + target, { method: 'POST', headers });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

test('digests come while validation is on and the trail logs; each log file is named once, with its hash', () =>
  withVarve(SETTINGS, async (running) => {
    const { clients } = running;
    await startTrail(running);
    await keysOf(clients);
    await running.varve.flush();
    assert.deepEqual(await digestsOf(clients), [], 'validation is off');
    await clients.cloudtrail.send(new UpdateTrailCommand({ ...named, ...VALIDATED }));
    await eventually('three digests', async () => (await digestsOf(clients)).length >= 3 || undefined);
    await clients.cloudtrail.send(new StopLoggingCommand(named));
    const files = new Map<string, string>();
    const all = await eventually("the last digest's files", async () => {
      files.clear();
      const texts = await Promise.all((await digestsOf(clients)).map((key) => textOf(clients, key)));
      for (const { logFiles } of texts) {
        for (const { s3Object, hashValue } of logFiles) {
          assert.ok(!files.has(s3Object), s3Object);
          files.set(s3Object, hashValue);
        }
      }
      // What came before validation was on is named by no digest.
      const [last] = [...(await trailFiles(clients))].find(([, records]) =>
        records.some(({ eventName }) => eventName === 'StopLogging'),
      ) ?? [''];
      return files.has(last) ? texts : undefined;
    });
    assert.ok(all.length >= 3);
    for (const [key, hash] of files) {
      const text = gunzipSync(await getObject(clients, TRAIL_BUCKET, key));
      assert.equal(createHash('sha256').update(text).digest('hex'), hash);
    }
    const [first = ''] = await digestsOf(clients);
    const { Metadata } = await clients.s3.send(new HeadObjectCommand({ Bucket: TRAIL_BUCKET, Key: first }));
    assert.match(Metadata?.['signature'] ?? '', /^[0-9a-f]{512}$/);
    assert.equal(Metadata?.['signature-algorithm'], 'SHA256withRSA');
  }));

test('the last digest comes at once when the trail stops or goes, though the interval is an hour', () =>
  withVarve(HOURLY, async (running) => {
    const { clients } = running;
    await startTrail(running, VALIDATED);
    await clients.cloudtrail.send(new StopLoggingCommand(named));
    const [one = ''] = await eventually('the last digest', async () => {
      const keys = await digestsOf(clients);
      return keys.length > 0 ? keys : undefined;
    });
    await clients.cloudtrail.send(new StartLoggingCommand(named));
    await clients.cloudtrail.send(new DeleteTrailCommand(named));
    const two = await eventually('the second last digest', async () =>
      (await digestsOf(clients)).find((key) => key !== one),
    );
    const records = await trailRecords(clients);
    assert.ok(records.some(({ eventName }) => eventName === 'StopLogging'));
    const texts = [await textOf(clients, one), await textOf(clients, two)];
    assert.deepEqual(
      texts.map(({ previousDigestS3Object }) => previousDigestS3Object),
      [null, null],
    );
    const files = texts.flatMap(({ logFiles }) => logFiles.map(({ s3Object }) => s3Object));
    const there = (await listKeys(clients, TRAIL_BUCKET)).filter((key) => key.includes('/CloudTrail/'));
    assert.deepEqual(files.toSorted(), there.toSorted());
  }));

test('a bucket that refuses digests shows in the status; they go on by themselves, over a restart too', () =>
  withVarve(SETTINGS, async (running) => {
    await startTrail(running, VALIDATED);
    const statusOf = () => running.clients.cloudtrail.send(new GetTrailStatusCommand(named));
    const first = await eventually('a digest', async () => (await statusOf()).LatestDigestDeliveryTime);
    await running.clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: TRAIL_BUCKET }));
    await eventually(
      'the refusal',
      async () => (await statusOf()).LatestDigestDeliveryError === 'AccessDenied' || undefined,
    );
    const before = await digestsOf(running.clients);
    await running.restart();
    assert.equal((await statusOf()).LatestDigestDeliveryError, 'AccessDenied');
    assert.deepEqual(await digestsOf(running.clients), before);
    await allowCloudTrail(running.clients);
    await eventually('the next digest', async () => {
      const { LatestDigestDeliveryError, LatestDigestDeliveryTime } = await statusOf();
      return (LatestDigestDeliveryError === undefined && LatestDigestDeliveryTime! > first) || undefined;
    });
    const after = await digestsOf(running.clients);
    for (const [at, key] of after.entries()) {
      assert.equal((await textOf(running.clients, key)).previousDigestS3Object, after[at - 1] ?? null, 'one chain');
    }
  }));

test('keys are listed for their Region and time; ranges and tokens that are none are refused', () =>
  withVarve(HOURLY, async (running) => {
    const { clients, endpoint } = running;
    assert.deepEqual(await keysOf(clients), [], 'none is made before it is needed');
    await startTrail(running, VALIDATED);
    const [key] = await eventually('the first key', async () => {
      const keys = await keysOf(clients);
      return keys.length > 0 ? keys : undefined;
    });
    assert.equal(
      createHash('md5')
        .update(key?.Value ?? '')
        .digest('hex'),
      key?.Fingerprint,
    );
    const start = key?.ValidityStartTime ?? new Date(0);
    assert.ok(start.getTime() <= Date.now() && (key?.ValidityEndTime ?? start) > new Date());
    const hour = 3_600_000;
    const before = { StartTime: new Date(start.getTime() - 2 * hour), EndTime: new Date(start.getTime() - hour) };
    assert.deepEqual(await keysOf(clients, before), []);
    assert.equal((await keysOf(clients, { StartTime: before.StartTime })).length, 1);
    const there = makeClients(endpoint, 'eu-west-1');
    assert.deepEqual(await keysOf(there), []);
    destroyClients(there);
    const reversed = { StartTime: before.EndTime, EndTime: before.StartTime };
    await assert.rejects(keysOf(clients, reversed), { name: 'InvalidTimeRangeException' });
    const badToken = clients.cloudtrail.send(new ListPublicKeysCommand({ NextToken: 'bad' }));
    await assert.rejects(badToken, { name: 'InvalidTokenException' });
  }));

test('a key is rotated by who may: the new one signs, the old one stays listed, and the trail tells of it', () =>
  withVarve(SETTINGS, async (running) => {
    const { clients, endpoint } = running;
    await startTrail(running, VALIDATED);
    const [first = ''] = await eventually('the first digest', async () => {
      const keys = await digestsOf(clients);
      return keys.length > 0 ? keys : undefined;
    });
    const old = (await textOf(clients, first)).digestPublicKeyFingerprint;

    await clients.iam.send(new CreateUserCommand({ UserName: 'keeper' }));
    const { AccessKey } = await clients.iam.send(new CreateAccessKeyCommand({ UserName: 'keeper' }));
    const keeper = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    const refused = await rotate(endpoint, keeper);
    assert.deepEqual([refused.status, refused.body['code']], [403, 'AccessDeniedException']);
    assert.match(refused.body['message'] ?? '', /varve:RotateTrailKey/);
    const Statement = { Effect: 'Allow', Action: 'varve:RotateTrailKey', Resource: '*' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await clients.iam.send(new PutUserPolicyCommand({ UserName: 'keeper', PolicyName: 'rotate', PolicyDocument }));
    const rotated = await rotate(endpoint, keeper);
    assert.equal(rotated.status, 200);
    assert.notEqual(rotated.body['fingerprint'], old);
    assert.equal((await rotate(endpoint, ROOT_KEY, 'nowhere')).body['code'], 'InvalidSignatureException');

    await eventually('a digest of the new key', async () => {
      const last = (await digestsOf(clients)).at(-1) ?? '';
      return (await textOf(clients, last)).digestPublicKeyFingerprint === rotated.body['fingerprint'] || undefined;
    });
    const listed = await keysOf(clients, { StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date() });
    assert.deepEqual(
      listed.map(({ Fingerprint = '' }) => Fingerprint).toSorted(),
      [old ?? '', String(rotated.body['fingerprint'])].toSorted(),
    );
    const event = await eventually('the event of the rotation', async () =>
      (await trailRecords(clients)).find(
        ({ eventName, errorCode }) => eventName === 'RotateTrailKey' && errorCode === undefined,
      ),
    );
    assert.equal((event['userIdentity'] as { userName?: string }).userName, 'keeper');
    assert.equal(event['readOnly'], false);
  }));
