/**
 * A million events, selected by a trail and delivered as its files: a journal is filled with events of 200 callers, and a server
 * started on it. The store takes the same events meanwhile, as it does in life.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { randomIds, sleep, systemClock } from '#base';
import { openJournal } from '#journal';
import { type AuditBegin, encodeAuditEvent, ENTRY_KIND } from '#records';
import { openState } from '#state';
import { Trails } from '#trails';
import { costOf, stop } from '../gateway/processes.ts';
import { BENCH_KEY, REGION } from '../gateway/requests.ts';
import { startServer } from '../gateway/server.ts';
import { ACCOUNT, makeTrail, TRAIL_BUCKET } from './trail.ts';

const CALLERS = 200;
const APPENDED_AT_ONCE = 5_000;
const LOOK_MS = 1_000;

export async function deliverEvents(root: string, events: number): Promise<void> {
  const data = join(root, 'delivery');
  mkdirSync(data);
  const config = join(root, 'delivery.json');
  writeFileSync(
    config,
    JSON.stringify({
      listen: `127.0.0.1:${20_000 + Math.floor(Math.random() * 20_000)}`,
      data,
      region: REGION,
      logLevel: 'error',
      accounts: [
        { id: ACCOUNT, rootAccessKeyId: BENCH_KEY.accessKeyId, rootSecretAccessKey: BENCH_KEY.secretAccessKey },
      ],
      trails: { interval: '1s' },
    }),
  );
  const first = await startServer(config);
  await makeTrail(first.endpoint);
  await stop(first.child);
  const seconds = await fill(data, events);
  console.log(`Selected and appended: ${rate(events, seconds)} events/s, one trail that logs all management events\n`);

  const started = performance.now();
  const { child, endpoint } = await startServer(config);
  const s3 = new S3Client({ endpoint, region: REGION, credentials: { ...BENCH_KEY }, forcePathStyle: true });
  const sizes: number[] = [];
  let done = 0;
  try {
    while (done < events) {
      await sleep(LOOK_MS);
      if (child.pid !== undefined) sizes.push((await costOf(child.pid)).rssBytes / 1024 / 1024);
      done = await deliveredEvents(s3);
    }
    const took = (performance.now() - started) / 1000;
    const cpu = child.pid === undefined ? 0 : (await costOf(child.pid)).cpuSeconds;
    const quarter = (from: number, to: number): string =>
      Math.max(...sizes.slice(Math.floor(sizes.length * from), Math.max(1, Math.ceil(sizes.length * to)))).toFixed(0);
    console.log(
      `Delivered: ${rate(events, took)} events/s from the start of the server; ${(cpu / took).toFixed(2)} cores busy (the store takes the events too)`,
    );
    console.log(
      `Peak RSS MiB, all processes, by quarters of the time: ${quarter(0, 0.25)}, ${quarter(0.25, 0.5)}, ${quarter(0.5, 0.75)}, ${quarter(0.75, 1)}`,
    );
  } finally {
    s3.destroy();
    await stop(child);
  }
}

function rate(events: number, seconds: number): string {
  return Math.round(events / seconds).toLocaleString('en-US');
}

/** Fills the journal of a server that is not running. @returns how long it took, in seconds */
async function fill(data: string, events: number): Promise<number> {
  const state = await openState(join(data, 'state.sqlite'));
  const nothing = (): never => {
    throw new Error('BUG: the benchmark asks for nothing');
  };
  const targets = new Proxy({}, { get: () => nothing }) as never;
  const trails = await Trails.open({ state, clock: systemClock, ids: randomIds, targets, destinations: targets });
  const journal = await openJournal({
    dir: join(data, 'journal'),
    durability: 'os',
    clock: systemClock,
    ids: randomIds,
    segmentBytes: 64 * 1024 * 1024,
    sizeBytesMax: 20 * 1024 ** 3,
    minFreeBytes: 256 * 1024 * 1024,
  });
  const started = performance.now();
  for (let at = 0; at < events;) {
    const count = Math.min(APPENDED_AT_ONCE, events - at);
    await Promise.all(Array.from({ length: count }, (_, index) => append(journal, trails, at + index)));
    at += count;
  }
  const seconds = (performance.now() - started) / 1000;
  await journal.close();
  await state.close();
  return seconds;
}

function append(journal: Awaited<ReturnType<typeof openJournal>>, trails: Trails, number: number): Promise<number> {
  const caller = number % CALLERS;
  const userName = `caller-${caller}`;
  const begin: Omit<AuditBegin, 'routes'> = {
    eventId: randomIds.uuid(),
    requestId: randomIds.uuid(),
    receivedMs: Date.now(),
    accountId: ACCOUNT,
    region: REGION,
    eventSource: 'bedrock.amazonaws.com',
    eventName: number % 3 === 0 ? 'ConverseStream' : 'Converse',
    eventType: 'AwsApiCall',
    category: 'Management',
    readOnly: true,
    identity: {
      type: 'IAMUser',
      principalId: `AIDA${String(caller).padStart(16, '0')}`,
      arn: `arn:aws:iam::${ACCOUNT}:user/${userName}`,
      accountId: ACCOUNT,
      accessKeyId: `AKIA${String(caller).padStart(16, '0')}`,
      userName,
    },
    sourceIp: '10.0.0.1',
    userAgent: 'aws-sdk-js/3.1169.0 ua/2.1 os/linux#6 lang/js md/nodejs#26.10.0 api/bedrock-runtime#3.1162.0 m/E',
    requestParameters: { modelId: 'anthropic.claude-3-haiku-20240307-v1:0' },
  };
  const routes = trails.routesFor(begin);
  if (routes.length !== 1) throw new Error('BUG: the trail did not select the event');
  const event = { ...begin, routes, endedMs: Date.now(), responseElements: null };
  return journal.append({ kind: ENTRY_KIND.auditEvent, routes, payload: encodeAuditEvent(event) });
}

const counted = new Map<string, number>();

/** Events in the files that stand in the bucket. */
async function deliveredEvents(s3: S3Client): Promise<number> {
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: TRAIL_BUCKET, ContinuationToken: token }));
    for (const { Key = '' } of page.Contents ?? []) {
      if (!Key.includes('/CloudTrail/') || !Key.endsWith('.gz') || counted.has(Key)) continue;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: TRAIL_BUCKET, Key }));
      counted.set(Key, recordsIn((await Body?.transformToByteArray()) ?? new Uint8Array()));
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return [...counted.values()].reduce((sum, count) => sum + count, 0);
}

function recordsIn(gzip: Uint8Array): number {
  return gunzipSync(gzip).toString('latin1').split('"eventVersion"').length - 1;
}
