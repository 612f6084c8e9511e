/** Tampering with trails on a real server: what raises an alert, who is told of it, and that a restart keeps it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateTrailCommand,
  DeleteTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import { DeleteModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { checkConfig } from '#config';
import { ACCOUNT, makeClients, REGION, type TestVarve, withVarve } from '../harness.ts';
import { signedFetch } from '../signed-fetch.ts';
import { makeLogsRole, makeTrailBucket, makeTrailGroup, trailBucketPolicy } from '../trails.ts';

const BUCKET = 'evidence';
const TRAIL = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/all`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;

interface ToldAlert {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly who?: string;
  readonly trailArn?: string;
  readonly message: string;
}

async function alertsOf({ endpoint }: Pick<TestVarve, 'endpoint'>, query = ''): Promise<ToldAlert[]> {
  const answer = await signedFetch(endpoint, 'GET', `/_varve/alerts${query}`);
  assert.equal(answer.status, 200);
  const { alerts } = (await answer.json()) as { alerts: ToldAlert[] };
  return alerts;
}

async function makeTrail({ clients }: TestVarve): Promise<void> {
  await makeTrailBucket(clients, BUCKET);
  const CloudWatchLogsLogGroupArn = await makeTrailGroup(clients, 'trail', REGION);
  const CloudWatchLogsRoleArn = await makeLogsRole(clients, { name: 'trail', group: 'trail', region: REGION });
  await clients.cloudtrail.send(
    new CreateTrailCommand({
      Name: 'all',
      S3BucketName: BUCKET,
      EnableLogFileValidation: true,
      IsMultiRegionTrail: true,
      CloudWatchLogsLogGroupArn,
      CloudWatchLogsRoleArn,
    }),
  );
  await clients.cloudtrail.send(new StartLoggingCommand({ Name: 'all' }));
}

test('each way to tamper raises its alert, which a restart keeps and does not repeat', async () => {
  await withVarve({ trails: { interval: '1h' } }, async (server) => {
    await makeTrail(server);
    assert.deepEqual(await alertsOf(server), [], 'making a trail is no tampering');
    const { cloudtrail, s3, logs, bedrock } = server.clients;
    const file = `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/2026/11/21/x.json.gz`;
    const digest = `AWSLogs/${ACCOUNT}/CloudTrail-Digest/${REGION}/2026/11/21/x.json.gz`;
    const FieldSelectors = [{ Field: 'eventCategory', Equals: ['Management'] }];
    const steps: readonly [string, () => Promise<unknown>][] = [
      [
        'selectors-changed',
        () =>
          cloudtrail.send(
            new PutEventSelectorsCommand({ TrailName: 'all', AdvancedEventSelectors: [{ FieldSelectors }] }),
          ),
      ],
      ['trail-changed', () => cloudtrail.send(new UpdateTrailCommand({ Name: 'all', EnableLogFileValidation: false }))],
      [
        'bucket-policy-changed',
        () => s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: trailBucketPolicy(BUCKET) })),
      ],
      [
        'bucket-versioning-changed',
        () =>
          s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Suspended' } })),
      ],
      ['log-file-replaced', () => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: file, Body: 'x' }))],
      ['log-file-deleted', () => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: file }))],
      ['digest-deleted', () => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: digest }))],
      [
        'log-file-deleted',
        () => s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: file }] } })),
      ],
      ['log-group-deleted', () => logs.send(new DeleteLogGroupCommand({ logGroupName: 'trail' }))],
      ['invocation-logging-deleted', () => bedrock.send(new DeleteModelInvocationLoggingConfigurationCommand({}))],
      ['key-rotated', () => signedFetch(server.endpoint, 'POST', '/_varve/trails/rotate-key')],
      ['logging-stopped', () => cloudtrail.send(new StopLoggingCommand({ Name: 'all' }))],
      ['trail-deleted', () => cloudtrail.send(new DeleteTrailCommand({ Name: TRAIL }))],
      ['bucket-policy-changed', () => s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }))],
    ];
    const kinds: string[] = [];
    for (const [kind, step] of steps) {
      await step().catch((error: unknown) => assert.fail(`${kind}: ${String(error)}`));
      kinds.unshift(kind);
      const told = await alertsOf(server);
      assert.deepEqual(
        told.map((alert) => alert.kind),
        kinds,
      );
      assert.equal(told[0]?.who, ROOT);
    }
    const alerts = await alertsOf(server);
    assert.equal(alerts[1]?.message, `${ROOT} deleted the trail ${TRAIL}.`);
    assert.ok(alerts.filter(({ trailArn }) => trailArn === TRAIL).length >= 11);
    const metrics = await (await fetch(`${server.endpoint}/_varve/metrics`)).text();
    assert.match(metrics, /varve_tamper_alerts_total\{kind="bucket-policy-changed"\} 2/);
    await server.restart();
    assert.deepEqual(await alertsOf(server), alerts);
    assert.deepEqual(await alertsOf(server, '?limit=3'), alerts.slice(0, 3));
    const again = await (await fetch(`${server.endpoint}/_varve/metrics`)).text();
    assert.doesNotMatch(again, /varve_tamper_alerts_total\{/);
  });
});

test('an attempt that a policy denies is a warning, health counts it, and only who may list alerts sees it', async () => {
  await withVarve({}, async (server) => {
    await makeTrail(server);
    await server.clients.iam.send(new CreateUserCommand({ UserName: 'mallory' }));
    const { AccessKey } = await server.clients.iam.send(new CreateAccessKeyCommand({ UserName: 'mallory' }));
    const credentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const mallory = makeClients(server.endpoint, REGION, credentials);
    await assert.rejects(mallory.cloudtrail.send(new StopLoggingCommand({ Name: 'all' })), /not authorized/);
    await assert.rejects(
      mallory.s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET })),
      /not authorized|Access Denied/,
    );
    for (const client of Object.values(mallory) as { destroy(): void }[]) client.destroy();
    const alerts = await alertsOf(server);
    assert.deepEqual(
      alerts.map(({ kind, severity, who }) => [kind, severity, who]),
      [
        ['bucket-policy-changed', 'warning', `arn:aws:iam::${ACCOUNT}:user/mallory`],
        ['logging-stopped', 'warning', `arn:aws:iam::${ACCOUNT}:user/mallory`],
      ],
    );
    assert.equal((await signedFetch(server.endpoint, 'GET', '/_varve/alerts', credentials)).status, 403);
    assert.equal((await signedFetch(server.endpoint, 'GET', '/_varve/alerts?limit=0')).status, 400);
    const health = (await (await fetch(`${server.endpoint}/_varve/health`)).json()) as Record<string, unknown>;
    assert.deepEqual(health['tamperAlerts'], { critical: 0, warning: 2 });
  });
});

test('a trail falls silent when the time that may pass without a delivery is over', async () => {
  assert.equal(checkConfig({}, 'the test').trails.silenceAlarm, '0s', 'nobody is alarmed who has not asked');
  let aheadMs = 0;
  const clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() };
  await withVarve(
    { trails: { interval: '24h', silenceAlarm: '60s' } },
    async (server) => {
      await makeTrail(server);
      assert.deepEqual(await alertsOf(server), []);
      aheadMs += 61_000;
      let alerts: ToldAlert[] = [];
      for (const endMs = Date.now() + 60_000; alerts.length === 0 && Date.now() < endMs;) {
        alerts = await alertsOf(server);
      }
      assert.deepEqual(
        alerts.map(({ kind, trailArn }) => [kind, trailArn]),
        [['silence', TRAIL]],
      );
    },
    { clock },
  );
});
