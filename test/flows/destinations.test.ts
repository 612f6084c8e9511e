/** Destinations that deny, vanish and come back: nothing is lost, nothing comes twice, and nobody else waits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateLogGroupCommand, DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteRoleCommand, DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { converse } from '../calls.ts';
import { type Clients, type TestVarve, withVarve } from '../harness.ts';
import { gapMarkers } from '../journal-entries.ts';
import { BUCKET, GROUP, logToBoth, makeBucket, makeRole, putLogging, ROLE, ROLE_ARN } from '../logging.ts';
import { eventually, linesInBucket, linesInGroup, listKeys, parseRecord } from '../records.ts';

interface Destination {
  readonly route: string;
  readonly kind: string;
  readonly state: string;
  readonly lastError?: string;
  readonly lagEntries: number;
  readonly lagBytes: number;
}

async function destinations({ endpoint }: TestVarve): Promise<Destination[]> {
  const response = await fetch(`${endpoint}/_varve/health`);
  return ((await response.json()) as { destinations: Destination[] }).destinations;
}

/** Waits until a destination of the kind (`s3`, `cloudwatch-logs`) is parked; gives what health says of it. */
function parked(running: TestVarve, kind: string): Promise<Destination> {
  return eventually(`${kind} is parked`, async () =>
    (await destinations(running)).find((each) => each.kind === kind && each.state === 'parked'),
  );
}

async function call({ runtime }: Clients, count: number, text = 'x'): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => converse(runtime, text)));
  return answers.map(({ $metadata }) => $metadata.requestId ?? '');
}

const idsOf = (lines: readonly string[]): string[] => lines.map((line) => parseRecord(line).requestId);
const idsInBucket = async (clients: Clients): Promise<string[]> => idsOf(await linesInBucket(clients, BUCKET));
const idsInGroup = async (clients: Clients): Promise<string[]> => idsOf(await linesInGroup(clients, GROUP));

/** Waits for as many records, and then for these and no others, each once. */
async function arrive(look: () => Promise<string[]>, ids: readonly string[]): Promise<void> {
  await eventually(`${ids.length} records`, async () => ((await look()).length >= ids.length ? true : undefined));
  assert.deepEqual((await look()).toSorted(), ids.toSorted());
}

async function policyOf({ s3 }: Clients): Promise<string> {
  return (await s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }))).Policy ?? '';
}

async function removeBucket({ s3 }: Clients, keys: readonly string[]): Promise<void> {
  await s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: keys.map((Key) => ({ Key })) } }));
  await s3.send(new DeleteBucketCommand({ Bucket: BUCKET }));
}

test('a bucket that denies parks its destination with an alarm, delays no other, loses nothing over a restart, and gets each record once when it may again', () =>
  withVarve({}, async (running) => {
    await logToBoth(running.clients);
    const before = await call(running.clients, 3);
    await arrive(() => idsInBucket(running.clients), before);
    const text = await policyOf(running.clients);
    await running.clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
    const denied = await call(running.clients, 5);
    await arrive(() => idsInGroup(running.clients), [...before, ...denied]);
    const alarm = await parked(running, 's3');
    assert.match(alarm.lastError ?? '', /s3:\/\/invocation-logs\/prod\//);
    const metrics = await (await fetch(`${running.endpoint}/_varve/metrics`)).text();
    assert.match(metrics, new RegExp(`varve_delivery_parked\\{[^}]*${alarm.route}[^}]*\\} 1`));

    await running.restart();
    const later = await call(running.clients, 2);
    await arrive(() => idsInGroup(running.clients), [...before, ...denied, ...later]);
    assert.deepEqual((await idsInBucket(running.clients)).toSorted(), before.toSorted());

    await running.clients.s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: text }));
    await arrive(() => idsInBucket(running.clients), [...before, ...denied, ...later]);
    await eventually('no alarm', async () =>
      (await destinations(running)).every(({ state }) => state !== 'parked') ? true : undefined,
    );
  }));

test('a bucket that was deleted and made again never gets the records of the old one; a new Put gives it the new ones', () =>
  withVarve({}, async (running) => {
    const { clients } = running;
    await logToBoth(clients);
    const first = await call(clients, 2);
    await arrive(() => idsInBucket(clients), first);
    await removeBucket(clients, await listKeys(clients, BUCKET));
    const lost = await call(clients, 3);
    await arrive(() => idsInGroup(clients), [...first, ...lost]);
    assert.match((await parked(running, 's3')).lastError ?? '', /s3:\/\/invocation-logs\//);
    await clients.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await putLogging(clients, {
      s3Config: { bucketName: BUCKET, keyPrefix: 'prod' },
      cloudWatchConfig: { logGroupName: GROUP, roleArn: ROLE_ARN },
    });
    const second = await call(clients, 2);
    await arrive(() => idsInBucket(clients), second);
    await arrive(() => idsInGroup(clients), [...first, ...lost, ...second]);
    assert.ok(await parked(running, 's3'), 'the old one is still told of');
  }));

test('a log group that was deleted parks its destination; the bucket goes on; made again it begins empty', () =>
  withVarve({}, async (running) => {
    const { clients } = running;
    await logToBoth(clients);
    const first = await call(clients, 2);
    await arrive(() => idsInGroup(clients), first);
    await clients.logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    const lost = await call(clients, 3);
    await arrive(() => idsInBucket(clients), [...first, ...lost]);
    assert.match((await parked(running, 'cloudwatch-logs')).lastError ?? '', /\/bedrock\/calls/);
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await putLogging(clients, { cloudWatchConfig: { logGroupName: GROUP, roleArn: ROLE_ARN } });
    const second = await call(clients, 2);
    await arrive(() => idsInGroup(clients), second);
  }));

test('a role that was deleted parks its destination; when it is there again every record comes, once', () =>
  withVarve({}, async (running) => {
    const { clients } = running;
    await logToBoth(clients);
    const first = await call(clients, 2);
    await arrive(() => idsInGroup(clients), first);
    await clients.iam.send(new DeleteRolePolicyCommand({ RoleName: ROLE, PolicyName: 'write' }));
    await clients.iam.send(new DeleteRoleCommand({ RoleName: ROLE }));
    const held = await call(clients, 4);
    await arrive(() => idsInBucket(clients), [...first, ...held]);
    await parked(running, 'cloudwatch-logs');
    assert.deepEqual((await idsInGroup(clients)).toSorted(), first.toSorted());
    await makeRole(clients);
    await arrive(() => idsInGroup(clients), [...first, ...held]);
  }));

test('past the bound of what is held the oldest records are given up, and gap markers count them exactly', () =>
  withVarve({ delivery: { heldBytesMax: 60_000 } }, async (running) => {
    const { clients } = running;
    await makeBucket(clients);
    await putLogging(clients, { s3Config: { bucketName: BUCKET } });
    const text = await policyOf(clients);
    await clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
    const all: string[] = [];
    // Each round is more than a third of the bound: some rounds must be given up while it denies.
    for (let round = 0; round < 4; round++) {
      all.push(...(await call(clients, 10, 'mud '.repeat(500))));
      await parked(running, 's3');
    }
    // The last rounds may all have come between two attempts, and only a failed one gives up.
    await eventually('no more than the bound', async () =>
      (await destinations(running)).every(({ lagBytes }) => lagBytes <= 60_000) ? true : undefined,
    );
    await clients.s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: text }));
    const last = await call(clients, 1);
    all.push(...last);
    await eventually('the last record', async () =>
      (await idsInBucket(clients)).includes(last[0] ?? '') ? true : undefined,
    );
    await running.varve.flush();
    const arrived = await idsInBucket(clients);
    assert.equal(new Set(arrived).size, arrived.length, 'none comes twice');
    assert.ok(arrived.every((id) => all.includes(id)));
    const markers = await gapMarkers(running);
    const givenUp = markers.reduce((sum, { count }) => sum + count, 0);
    assert.ok(givenUp > 0 && arrived.length < all.length);
    assert.equal(arrived.length + givenUp, all.length);
    for (const { reader, reason } of markers) {
      assert.match(reader, /^s3-/);
      assert.match(reason, /more bytes were held than the configuration allows/);
    }
  }));

test('records held too long are given up and counted', () =>
  withVarve({ delivery: { heldAgeMax: '600ms' } }, async (running) => {
    const { clients } = running;
    await makeBucket(clients);
    await putLogging(clients, { s3Config: { bucketName: BUCKET } });
    const text = await policyOf(clients);
    await clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
    await call(clients, 7);
    await parked(running, 's3');
    // Only the marker itself stands behind the place of the reader.
    await eventually('nothing waits any more', async () =>
      (await destinations(running)).every(({ lagEntries }) => lagEntries < 7) ? true : undefined,
    );
    await clients.s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: text }));
    const [last = ''] = await call(clients, 1);
    await eventually('the last record', async () => ((await idsInBucket(clients)).includes(last) ? true : undefined));
    const arrived = await idsInBucket(clients);
    const markers = await gapMarkers(running);
    assert.equal(arrived.length + markers.reduce((sum, { count }) => sum + count, 0), 8);
    assert.match(markers[0]?.reason ?? '', /held longer than the configuration allows/);
  }));
