/**
 * A trail with some minutes of log files and digests in two Regions, made within seconds: the server's clock is behind and
 * goes in steps. In the midst of it another key signs, and the server starts again.
 */
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import {
  CreateTrailCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListFoundationModelsCommand } from '@aws-sdk/client-bedrock';
import { type Clock, sleep } from '#base';
import { EMPTY_SHA256_HEX, signRequest } from '#wire';
import { ACCOUNT, destroyClients, makeClients, REGION, ROOT_KEY, type TestVarve, withVarve } from '../harness.ts';
import { makeTrailBucket, trailBucketPolicy } from '../trails.ts';

const BUCKET = 'verified-trails';
export const OTHER_REGION = 'eu-west-1';
export const TRAIL_ARN = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/audit`;
const MINUTE_MS = 60_000;
const HEAD = `pre/AWSLogs/${ACCOUNT}/`;
/** A signature may be five minutes ahead of the server's clock: the steps make up for no more. */
const STEPS = 4;
const ARRIVAL_MS = 30_000;

export interface TrailObject {
  readonly key: string;
  readonly body: Buffer;
  readonly metadata: Record<string, string>;
}

/** The bucket of the trail, and what tests do to it. */
export interface VerifiedTrail {
  readonly endpoint: string;
  readonly startIso: string;
  /** Keys of the home Region's digests and log files, in the order of time. */
  readonly digests: readonly string[];
  readonly logs: readonly string[];
  readonly otherDigests: readonly string[];
  readonly otherLogs: readonly string[];
  get(key: string): Promise<TrailObject>;
  put(object: TrailObject): Promise<void>;
  delete(key: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  all(): Promise<string[]>;
}

class SteppedClock implements Clock {
  #behindMs = (STEPS + 0.5) * MINUTE_MS;
  nowMs(): number {
    return Date.now() - this.#behindMs;
  }
  monotonicMs(): number {
    return performance.now();
  }
  step(ms: number): void {
    this.#behindMs -= ms;
  }
}

export async function withVerifiedTrail(work: (trail: VerifiedTrail) => Promise<void>): Promise<void> {
  const clock = new SteppedClock();
  const settings = { trails: { interval: '200ms', digestInterval: '30s' } };
  await withVarve(
    settings,
    async (test) => {
      const startIso = `${new Date(clock.nowMs() - MINUTE_MS).toISOString().slice(0, 19)}Z`;
      await makeTrail(test);
      for (let step = 0; step < STEPS; step += 1) {
        await callsInBothRegions(test);
        await test.varve.flush();
        clock.step(MINUTE_MS);
        if (step === 1) await rotateKey(test, clock);
        if (step === 2) await test.restart();
        await digestsUpTo(test, clock);
      }
      const stoppedMs = clock.nowMs();
      await test.clients.cloudtrail.send(new StopLoggingCommand({ Name: 'audit' }));
      await lastDigests(test, stoppedMs);
      await work({ endpoint: test.endpoint, startIso, ...(await filesOf(test)), ...changes(test) });
    },
    { clock },
  );
}

async function makeTrail({ clients }: TestVarve): Promise<void> {
  await makeTrailBucket(clients, BUCKET, trailBucketPolicy(BUCKET, 'pre/'));
  const made = await clients.cloudtrail.send(
    new CreateTrailCommand({
      Name: 'audit',
      S3BucketName: BUCKET,
      S3KeyPrefix: 'pre',
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    }),
  );
  assert.equal(made.TrailARN, TRAIL_ARN);
  await clients.cloudtrail.send(new StartLoggingCommand({ Name: 'audit' }));
}

async function callsInBothRegions({ clients, endpoint }: TestVarve): Promise<void> {
  await clients.iam.send(new ListRolesCommand({}));
  const there = makeClients(endpoint, OTHER_REGION);
  await there.bedrock.send(new ListFoundationModelsCommand({}));
  destroyClients(there);
}

async function rotateKey({ endpoint }: TestVarve, clock: Clock): Promise<void> {
  const target = '/_varve/trails/rotate-key';
  const headers = signRequest({
    method: 'POST',
    target,
    headers: { host: new URL(endpoint).host },
    service: 'varve',
    region: REGION,
    credentials: ROOT_KEY,
    bodySha256Hex: EMPTY_SHA256_HEX,
    nowMs: clock.nowMs(),
  });
  const response = await fetch(endpoint + target, { method: 'POST', headers });
  assert.equal(response.status, 200, await response.text());
}

/** A change of the bucket has the digests look at the clock, which they would by themselves within a minute. */
async function digestsUpTo(test: TestVarve, clock: Clock): Promise<void> {
  const { s3 } = test.clients;
  const TagSet = [{ Key: 'looked', Value: String(clock.nowMs()) }];
  await s3.send(new PutBucketTaggingCommand({ Bucket: BUCKET, Tagging: { TagSet } }));
  await endsBehind(test, clock.nowMs() - MINUTE_MS / 2 - 1_000);
}

/** Both Regions have a digest that ends behind the time. */
async function endsBehind(test: TestVarve, ms: number): Promise<void> {
  for (const region of [REGION, OTHER_REGION]) {
    await eventually(`digests of ${region}`, async () => {
      const [last = ''] = (await keysOf(test, `CloudTrail-Digest/${region}/`)).slice(-1);
      const stamp = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.json\.gz$/.exec(last)?.slice(1) ?? [];
      const [year, month, day, hour, minute, second] = stamp.map(Number);
      return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) > ms;
    });
  }
}

/** The last digests end when logging did, and name the file with the event of it. */
async function lastDigests(test: TestVarve, stoppedMs: number): Promise<void> {
  await endsBehind(test, stoppedMs - 1);
  const { get } = changes(test);
  const textOf = async (key: string): Promise<string> => gunzipSync((await get(key)).body).toString();
  // One that ends with its interval may come just before the last one.
  await eventually('a digest of the file that tells of the stop', async () => {
    const [last = ''] = (await keysOf(test, `CloudTrail-Digest/${REGION}/`)).slice(-1);
    const { logFiles } = JSON.parse(await textOf(last)) as { logFiles: { s3Object: string }[] };
    const texts = await Promise.all(logFiles.map(({ s3Object }) => textOf(s3Object)));
    return texts.some((text) => text.includes('"eventName":"StopLogging"'));
  });
  assert.ok((await keysOf(test, 'CloudTrail/')).length >= 2 * STEPS);
  const { IsLogging } = await test.clients.cloudtrail.send(new GetTrailStatusCommand({ Name: 'audit' }));
  assert.equal(IsLogging, false);
}

async function filesOf(test: TestVarve) {
  return {
    digests: await keysOf(test, `CloudTrail-Digest/${REGION}/`),
    logs: await keysOf(test, `CloudTrail/${REGION}/`),
    otherDigests: await keysOf(test, `CloudTrail-Digest/${OTHER_REGION}/`),
    otherLogs: await keysOf(test, `CloudTrail/${OTHER_REGION}/`),
  };
}

function changes(test: TestVarve): Pick<VerifiedTrail, 'get' | 'put' | 'delete' | 'copy' | 'all'> {
  const { s3 } = test.clients;
  return {
    get: async (key) => {
      const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      return { key, body: Buffer.from((await Body?.transformToByteArray()) ?? []), metadata: Metadata ?? {} };
    },
    put: async ({ key, body, metadata }) => {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body, Metadata: metadata }));
    },
    delete: async (key) => {
      await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    },
    copy: async (from, to) => {
      await s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: to, CopySource: `${BUCKET}/${from}` }));
    },
    all: () => keysOf(test, ''),
  };
}

async function keysOf({ clients }: TestVarve, below: string): Promise<string[]> {
  const { Contents = [], IsTruncated } = await clients.s3.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: HEAD + below }),
  );
  assert.notEqual(IsTruncated, true);
  return Contents.flatMap(({ Key }) => Key ?? []);
}

async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + ARRIVAL_MS;
  while (!(await look())) {
    assert.ok(Date.now() < deadline, `${what} did not come`);
    await sleep(50);
  }
}
