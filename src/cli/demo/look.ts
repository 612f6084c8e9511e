/** Looks for the records of the demo's calls, as any consumer of Bedrock's logs does. */
import { gunzipSync } from 'node:zlib';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { sleep } from '#base';
import type { DemoClients } from './clients.ts';
import { DEMO } from './set-up.ts';

export interface Found {
  readonly inBucket: number;
  readonly inLogGroup: number;
  readonly dataObjects: number;
  readonly sampleKey: string;
}

const WAIT_MS = 90_000;
const STEP_MS = 1_000;

export async function awaitRecords(
  clients: DemoClients,
  requestIds: readonly string[],
  startMs: number,
): Promise<Found> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const found = await look(clients, new Set(requestIds), startMs);
    const complete = found.inBucket === requestIds.length && found.inLogGroup === requestIds.length;
    if (complete || Date.now() > deadline) return found;
    await sleep(STEP_MS);
  }
}

async function look(clients: DemoClients, wanted: ReadonlySet<string>, startMs: number): Promise<Found> {
  const keys = await listKeys(clients, startMs);
  const batches = keys.filter((key) => key.endsWith('.json.gz') && !key.includes('/data/'));
  const inBucket = new Set<string>();
  for (const key of batches) {
    const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: DEMO.bucket, Key: key }));
    const text = gunzipSync((await Body?.transformToByteArray()) ?? Buffer.alloc(0)).toString();
    for (const line of text.split('\n')) note(line, wanted, inBucket);
  }
  const inLogGroup = new Set<string>();
  let nextToken: string | undefined;
  do {
    const page = await clients.logs.send(
      new FilterLogEventsCommand({
        logGroupName: DEMO.logGroup,
        startTime: startMs - 2_000,
        ...(nextToken ? { nextToken } : {}),
      }),
    );
    for (const { message } of page.events ?? []) note(message ?? '', wanted, inLogGroup);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return {
    inBucket: inBucket.size,
    inLogGroup: inLogGroup.size,
    dataObjects: keys.filter((key) => key.includes('/data/')).length,
    sampleKey: batches.at(-1) ?? '',
  };
}

/** Keys that were written since the demo began: the bucket may hold those of earlier demos. */
async function listKeys({ s3 }: DemoClients, startMs: number): Promise<string[]> {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: DEMO.bucket, ...(ContinuationToken ? { ContinuationToken } : {}) }),
    );
    for (const { Key, LastModified } of page.Contents ?? []) {
      if (Key !== undefined && (LastModified?.getTime() ?? 0) >= startMs - 2_000) keys.push(Key);
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return keys;
}

function note(line: string, wanted: ReadonlySet<string>, found: Set<string>): void {
  if (line === '') return;
  const { requestId } = JSON.parse(line) as { requestId?: string };
  if (requestId !== undefined && wanted.has(requestId)) found.add(requestId);
}
