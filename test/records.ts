/** Reads records as consumers do: batch objects of a bucket, events of a log group. */
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { sleep } from '#base';
import type { Clients } from './harness.ts';

export interface InvocationRecord {
  readonly timestamp: string;
  readonly requestId: string;
  readonly operation: string;
  readonly modelId: string;
  readonly accountId: string;
  readonly region: string;
  readonly identity: { readonly arn: string };
  readonly input?: {
    readonly inputBodyJson?: unknown;
    readonly inputBodyS3Path?: string;
    readonly inputTokenCount?: number;
    readonly [key: string]: unknown;
  };
  readonly output?: {
    readonly outputBodyJson?: unknown;
    readonly outputBodyS3Path?: string;
    readonly outputTokenCount?: number;
    readonly [key: string]: unknown;
  };
  readonly errorCode?: string;
  readonly requestMetadata?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

const WAIT_MS = 20_000;
const STEP_MS = 50;

/** Repeats `look` until it gives something; fails after 20 s. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) return assert.fail(`${what} did not come within ${WAIT_MS} ms`);
    await sleep(STEP_MS);
  }
}

export async function listKeys({ s3 }: Clients, bucket: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, ...(token === undefined ? {} : { ContinuationToken: token }) }),
    );
    for (const { Key } of page.Contents ?? []) keys.push(Key ?? '');
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

export async function getObject({ s3 }: Clients, bucket: string, key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

/** The bytes behind an `s3://bucket/key` path of a record. */
export function getByPath(clients: Clients, path: string): Promise<Buffer> {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(path);
  assert.ok(match, `${path} is no S3 path`);
  return getObject(clients, match[1] ?? '', match[2] ?? '');
}

/** All lines of all batch objects, in the order of keys. */
export async function linesInBucket(clients: Clients, bucket: string): Promise<string[]> {
  const lines: string[] = [];
  for (const key of await listKeys(clients, bucket)) {
    if (!key.endsWith('.json.gz') || key.includes('/data/')) continue;
    const text = gunzipSync(await getObject(clients, bucket, key)).toString();
    lines.push(...text.split('\n').filter((line) => line !== ''));
  }
  return lines;
}

export async function linesInGroup({ logs }: Clients, logGroupName: string): Promise<string[]> {
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({ logGroupName, ...(nextToken === undefined ? {} : { nextToken }) }),
    );
    for (const { message } of page.events ?? []) lines.push(message ?? '');
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return lines;
}

export function parseRecord(line: string): InvocationRecord {
  return JSON.parse(line) as InvocationRecord;
}

/** A body of a record, which must be there. */
export function bodyOf<Body = Readonly<Record<string, unknown>>>(body: unknown): Body {
  assert.ok(body !== undefined, 'the record has no such body');
  return body as Body;
}

/** Waits for the record of a call in a bucket. */
export function recordInBucket(
  clients: Clients,
  bucket: string,
  requestId: string | undefined,
): Promise<InvocationRecord> {
  return eventually(`the record of ${requestId} in s3://${bucket}`, async () =>
    (await linesInBucket(clients, bucket)).map(parseRecord).find((record) => record.requestId === requestId),
  );
}

/** Waits for the record of a call in a log group. */
export function recordInGroup(
  clients: Clients,
  group: string,
  requestId: string | undefined,
): Promise<InvocationRecord> {
  return eventually(`the record of ${requestId} in ${group}`, async () =>
    (await linesInGroup(clients, group)).map(parseRecord).find((record) => record.requestId === requestId),
  );
}
