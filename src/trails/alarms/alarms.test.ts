/** Alerts one by one: which calls raise them, that each is raised once, and silence by a clock that the test moves. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { JournalEntry } from '#journal';
import { type AuditEvent, encodeAuditEvent, ENTRY_KIND } from '#records';
import { openState, type State } from '#state';
import type { Trail, TrailStatus } from '../types.ts';
import { AlertTable, ALERTS_MAX } from './alert-table.ts';
import { type Alert, TamperAlarms } from './index.ts';

const ACCOUNT = '123456789012';
const ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/all`;
const MALLORY = `arn:aws:iam::${ACCOUNT}:user/mallory`;
const HOUR_MS = 3_600_000;

function trail(changes: Partial<Trail> = {}): Trail {
  return {
    id: 't1',
    accountId: ACCOUNT,
    homeRegion: 'us-east-1',
    name: 'all',
    arn: ARN,
    bucketName: 'evidence',
    bucketGeneration: 'g',
    keyPrefix: 'audit',
    logGroupArn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:trail:*`,
    isMultiRegion: true,
    includesGlobal: true,
    isOrganization: false,
    validatesFiles: true,
    isLogging: true,
    startedMs: 1,
    insightSelectors: [],
    tags: new Map(),
    version: 1,
    ...changes,
  };
}

let lastEvent = 0;
function event(
  eventSource: string,
  eventName: string,
  requestParameters: AuditEvent['requestParameters'],
  changes: Partial<AuditEvent> = {},
): AuditEvent {
  lastEvent += 1;
  return {
    eventId: `event-${lastEvent}`,
    requestId: `request-${lastEvent}`,
    receivedMs: 1_000,
    endedMs: 1_000 + lastEvent,
    accountId: ACCOUNT,
    region: 'us-east-1',
    eventSource: `${eventSource}.amazonaws.com`,
    eventName,
    eventType: 'AwsApiCall',
    category: 'Management',
    readOnly: false,
    identity: { type: 'IAMUser', arn: MALLORY },
    sourceIp: '203.0.113.7',
    userAgent: 'cli',
    requestParameters,
    responseElements: null,
    routes: [],
    ...changes,
  };
}

interface World {
  trails: Trail[];
  status: TrailStatus;
  nowMs: number;
  /** What the journal holds. */
  readonly entries: AuditEvent[];
  readonly told: Alert[];
  readonly failures: unknown[];
  state: State;
  readonly held: Map<string, number>;
  /** Opens alarms on what an earlier run has left. */
  open(silenceMs?: number): Promise<TamperAlarms>;
}

async function world(context: TestContext): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-alarms-'));
  const opened: TamperAlarms[] = [];
  const it: World = {
    trails: [trail()],
    status: {},
    nowMs: Date.UTC(2026, 10, 21),
    entries: [],
    told: [],
    failures: [],
    state: await openState(join(folder, 'state.sqlite')),
    held: new Map(),
    open: async (silenceMs = 0) => {
      const alarms = await TamperAlarms.open({
        state: it.state,
        journal: {
          get head() {
            return it.entries.length;
          },
          read: ({ after }) => {
            const entries = it.entries.slice(after).map((entry, at) => entryOf(entry, after + at + 1));
            return Promise.resolve({ entries, nextAfter: it.entries.length, lost: [], release: () => undefined });
          },
          holdFrom: (reader, sequence) => void it.held.set(reader, sequence),
        },
        clock: { nowMs: () => it.nowMs, monotonicMs: () => it.nowMs },
        trails: { all: () => it.trails, status: () => it.status },
        silenceMs,
        onAlert: (alert) => it.told.push(alert),
        onFailure: (error) => it.failures.push(error),
      });
      opened.push(alarms);
      await alarms.start();
      return alarms;
    },
  };
  context.after(async () => {
    for (const alarms of opened) await alarms.close();
    await it.state.close();
    await rm(folder, { recursive: true });
  });
  return it;
}

function entryOf(audited: AuditEvent, sequence: number): JournalEntry {
  const payload = Buffer.concat(encodeAuditEvent(audited));
  return { sequence, writtenMs: 0, kind: ENTRY_KIND.auditEvent, routes: [], payload, attachments: [] };
}

const LOG_FILE = `audit/AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/2026/11/21/file.json.gz`;
const DIGEST = `audit/AWSLogs/${ACCOUNT}/CloudTrail-Digest/us-east-1/2026/11/21/digest.json.gz`;

test('each call that makes the trail say less raises its alert, and names trail, caller and request', async (context) => {
  const here = await world(context);
  const alarms = await here.open();
  const cases: readonly [string, string, AuditEvent['requestParameters'], string | undefined][] = [
    ['cloudtrail', 'StopLogging', { name: 'all' }, 'logging-stopped critical'],
    ['cloudtrail', 'StopLogging', { name: ARN }, 'logging-stopped critical'],
    ['cloudtrail', 'StartLogging', { name: 'all' }, undefined],
    ['cloudtrail', 'DeleteTrail', { name: 'all' }, 'trail-deleted critical'],
    ['cloudtrail', 'UpdateTrail', { name: 'all', enableLogFileValidation: false }, 'trail-changed critical'],
    ['cloudtrail', 'UpdateTrail', { name: 'all', enableLogFileValidation: true }, undefined],
    ['cloudtrail', 'UpdateTrail', { name: 'all', s3BucketName: 'elsewhere' }, 'trail-changed critical'],
    ['cloudtrail', 'UpdateTrail', { name: 'all', s3BucketName: 'evidence', s3KeyPrefix: 'audit' }, undefined],
    ['cloudtrail', 'UpdateTrail', { name: 'all', s3KeyPrefix: '' }, 'trail-changed critical'],
    ['cloudtrail', 'UpdateTrail', { name: 'all', isMultiRegionTrail: false }, 'trail-changed critical'],
    ['cloudtrail', 'UpdateTrail', { name: 'all', includeGlobalServiceEvents: false }, 'trail-changed critical'],
    ['cloudtrail', 'UpdateTrail', { name: 'all', cloudWatchLogsLogGroupArn: '' }, 'trail-changed critical'],
    ['cloudtrail', 'UpdateTrail', { name: 'all', snsTopicName: 'topic' }, undefined],
    ['cloudtrail', 'PutEventSelectors', { trailName: 'all' }, 'selectors-changed warning'],
    ['s3', 'PutBucketPolicy', { bucketName: 'evidence' }, 'bucket-policy-changed critical'],
    ['s3', 'PutBucketPolicy', { bucketName: 'another' }, undefined],
    ['s3', 'DeleteBucketPolicy', { bucketName: 'evidence' }, 'bucket-policy-changed critical'],
    ['s3', 'DeleteBucket', { bucketName: 'evidence' }, 'bucket-deleted critical'],
    ['s3', 'PutBucketLifecycle', { bucketName: 'evidence' }, 'bucket-lifecycle-changed critical'],
    ['s3', 'PutBucketVersioning', { bucketName: 'evidence' }, 'bucket-versioning-changed warning'],
    ['s3', 'PutBucketAcl', { bucketName: 'evidence' }, 'bucket-access-changed critical'],
    ['s3', 'DeleteObject', { bucketName: 'evidence', key: LOG_FILE }, 'log-file-deleted critical'],
    ['s3', 'DeleteObject', { bucketName: 'evidence', key: DIGEST }, 'digest-deleted critical'],
    ['s3', 'DeleteObject', { bucketName: 'evidence', key: 'notes.txt' }, undefined],
    ['s3', 'DeleteObject', { bucketName: 'another', key: LOG_FILE }, undefined],
    ['s3', 'DeleteObjects', { bucketName: 'evidence' }, 'log-file-deleted critical'],
    ['s3', 'PutObject', { bucketName: 'evidence', key: LOG_FILE }, 'log-file-replaced critical'],
    ['s3', 'CopyObject', { bucketName: 'evidence', key: DIGEST }, 'digest-replaced critical'],
    ['s3', 'GetObject', { bucketName: 'evidence', key: LOG_FILE }, undefined],
    ['logs', 'DeleteLogGroup', { logGroupName: 'trail' }, 'log-group-deleted critical'],
    ['logs', 'DeleteLogGroup', { logGroupName: 'another' }, undefined],
    ['logs', 'PutRetentionPolicy', { logGroupName: 'trail' }, 'log-group-retention-changed warning'],
    ['bedrock', 'DeleteModelInvocationLoggingConfiguration', null, 'invocation-logging-deleted critical'],
    ['bedrock', 'PutModelInvocationLoggingConfiguration', {}, undefined],
    ['bedrock', 'toString', null, undefined],
  ];
  for (const [source, name, parameters, expected] of cases) {
    const before = here.told.length;
    // The registry says what the trail is by now; alarms know what it was.
    const happened = event(source, name, parameters);
    alarms.onEvent(happened);
    await alarms.list(ACCOUNT, 1);
    const [alert, ...others] = here.told.slice(before);
    assert.deepEqual(others, []);
    const found = alert && `${alert.kind} ${alert.severity}`;
    assert.equal(found, expected, `${name} ${JSON.stringify(parameters)}`);
    if (!alert) continue;
    assert.deepEqual([alert.who, alert.requestId, alert.eventId], [MALLORY, happened.requestId, happened.eventId]);
    if (source !== 'bedrock') assert.equal(alert.trailArn, ARN);
    assert.ok(alert.message.startsWith(`${MALLORY} `), alert.message);
  }
  const rotated = event('x', 'RotateTrailKey', null, { eventSource: 'varve' });
  alarms.onEvent(rotated);
  await alarms.list(ACCOUNT, 1);
  assert.equal(here.told.at(-1)?.kind, 'key-rotated');
  assert.deepEqual(here.failures, []);
});

test('an attempt that was refused is a warning; one that failed otherwise is nothing; services are let be', async (context) => {
  const here = await world(context);
  const alarms = await here.open();
  alarms.onEvent(event('cloudtrail', 'StopLogging', { name: 'all' }, { errorCode: 'AccessDenied' }));
  alarms.onEvent(event('cloudtrail', 'StopLogging', { name: 'all' }, { errorCode: 'InvalidHomeRegionException' }));
  alarms.onEvent(event('cloudtrail', 'StopLogging', { name: 'all' }, { errorCode: 'InterruptedException' }));
  const identity = { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' } as const;
  alarms.onEvent(event('s3', 'PutObject', { bucketName: 'evidence', key: LOG_FILE }, { identity }));
  const alerts = await alarms.list(ACCOUNT, 10);
  assert.deepEqual(
    alerts.map(({ severity }) => severity),
    ['critical', 'warning'],
  );
  assert.match(alerts[0]?.message ?? '', /may have been done/);
  assert.equal(alerts[1]?.message, `${MALLORY} tried to stop the logging of the trail ${ARN}, and was refused.`);
  assert.deepEqual(await alarms.list('210987654321', 10), [], 'of another account');
});

test('a change is told from what the trail was, and a bucket is watched when its trail is gone', async (context) => {
  const here = await world(context);
  const alarms = await here.open();
  const { keyPrefix: _, ...moved } = trail({ bucketName: 'new-evidence' });
  here.trails = [moved];
  alarms.onEvent(event('cloudtrail', 'UpdateTrail', { name: 'all', s3BucketName: 'new-evidence', s3KeyPrefix: '' }));
  const again = event('cloudtrail', 'UpdateTrail', { name: 'all', s3BucketName: 'new-evidence', s3KeyPrefix: '' });
  alarms.onEvent(again);
  here.trails = [];
  alarms.onEvent(event('cloudtrail', 'DeleteTrail', { name: 'all' }));
  await alarms.close();
  const next = await here.open();
  next.onEvent(event('s3', 'DeleteBucketPolicy', { bucketName: 'evidence' }));
  next.onEvent(event('s3', 'DeleteBucketPolicy', { bucketName: 'new-evidence' }));
  await next.list(ACCOUNT, 1);
  assert.deepEqual(
    here.told.map(({ kind }) => kind),
    ['trail-changed', 'trail-deleted', 'bucket-policy-changed', 'bucket-policy-changed'],
  );
  assert.match(here.told[0]?.message ?? '', /files go to the bucket new-evidence; files go to another prefix/);
});

test('a trail that is made while the server runs is watched from then on', async (context) => {
  const here = await world(context);
  here.trails = [];
  const alarms = await here.open();
  alarms.onEvent(event('s3', 'PutBucketPolicy', { bucketName: 'evidence' }));
  here.trails = [trail()];
  alarms.onEvent(event('cloudtrail', 'CreateTrail', { name: 'all', s3BucketName: 'evidence' }));
  alarms.onEvent(event('s3', 'PutBucketPolicy', { bucketName: 'evidence' }));
  assert.equal((await alarms.list(ACCOUNT, 10)).length, 1);
});

test('a restart neither repeats nor loses alerts', async (context) => {
  const here = await world(context);
  const first = await here.open();
  const heard = event('cloudtrail', 'StopLogging', { name: 'all' });
  here.entries.push(heard);
  first.onEvent(heard);
  await first.close();
  // Durable, but the server stopped before anybody heard of it.
  const unheard = event('s3', 'DeleteBucket', { bucketName: 'evidence' });
  here.entries.push(unheard);
  for (let round = 0; round < 2; round += 1) {
    const alarms = await here.open();
    const alerts = await alarms.list(ACCOUNT, 10);
    assert.deepEqual(
      alerts.map(({ eventId }) => eventId),
      [unheard.eventId, heard.eventId],
    );
    await alarms.close();
  }
  assert.deepEqual(
    here.told.map(({ id }) => id),
    [heard.eventId, unheard.eventId],
  );
});

test('what was done before a trail was there is no tampering, also when a crash has it looked at again', async (context) => {
  const here = await world(context);
  here.trails = [];
  const crashed = await here.open();
  const policy = event('s3', 'PutBucketPolicy', { bucketName: 'evidence' });
  const made = event('cloudtrail', 'CreateTrail', { name: 'all', s3BucketName: 'evidence' });
  const file = event('s3', 'DeleteObject', { bucketName: 'evidence', key: LOG_FILE });
  here.entries.push(policy, made, file);
  here.trails = [trail()];
  const alarms = await here.open();
  assert.deepEqual(
    (await alarms.list(ACCOUNT, 10)).map(({ eventId }) => eventId),
    [file.eventId],
  );
  await crashed.close();
});

test('alerts that cannot be written wait', async (context) => {
  const here = await world(context);
  const { state } = here;
  const broken: State = {
    migrate: (...given) => state.migrate(...given),
    all: (...given) => state.all(...given),
    close: () => Promise.resolve(),
    transaction: (statements) =>
      isBroken ? Promise.reject(new Error('the disk is full')) : state.transaction(statements),
  };
  let isBroken = false;
  here.state = broken;
  const alarms = await here.open();
  isBroken = true;
  alarms.onEvent(event('cloudtrail', 'StopLogging', { name: 'all' }));
  assert.deepEqual(await alarms.list(ACCOUNT, 10), []);
  assert.match(String(here.failures[0]), /disk is full/);
  isBroken = false;
  assert.equal((await alarms.list(ACCOUNT, 10)).length, 1);
  assert.equal(here.told.length, 1);
  here.state = state;
});

test('a trail that logs and delivers nothing is silent once, until it delivers and is silent again', async (context) => {
  const here = await world(context);
  const startedMs = here.nowMs;
  here.trails = [trail({ startedMs })];
  const alarms = await here.open(HOUR_MS);
  const silences = async (): Promise<number> => {
    alarms.checkSilence();
    return (await alarms.list(ACCOUNT, 10)).length;
  };
  here.nowMs += HOUR_MS;
  assert.equal(await silences(), 0);
  here.nowMs += 1;
  here.status = { latestDeliveryError: 'NoSuchBucket' };
  assert.equal(await silences(), 1);
  assert.equal(await silences(), 1);
  assert.deepEqual([here.told[0]?.kind, here.told[0]?.severity, here.told[0]?.trailArn], ['silence', 'critical', ARN]);
  assert.match(here.told[0]?.message ?? '', /since 2026-11-21T00:00:00.000Z. The last try failed: NoSuchBucket./);
  here.status = { latestDeliveryMs: here.nowMs };
  here.nowMs += HOUR_MS;
  assert.equal(await silences(), 1);
  here.nowMs += 1;
  assert.equal(await silences(), 2);
  here.trails = [trail({ startedMs, isLogging: false })];
  here.nowMs += 10 * HOUR_MS;
  assert.equal(await silences(), 2);
});

test('a restart does not tell of a silence again, nor of the time when the server was down', async (context) => {
  const here = await world(context);
  here.trails = [trail({ startedMs: here.nowMs })];
  const first = await here.open(HOUR_MS);
  here.nowMs += 2 * HOUR_MS;
  first.checkSilence();
  await first.close();
  assert.equal(here.told.length, 1);
  here.nowMs += 100 * HOUR_MS;
  const second = await here.open(HOUR_MS);
  second.checkSilence();
  here.nowMs += 2 * HOUR_MS;
  second.checkSilence();
  assert.equal((await second.list(ACCOUNT, 10)).length, 1);
  assert.equal(here.told.length, 1);
});

test('a flood of attempts pushes out no alert of what was done; pages go from the newest to the oldest', async (context) => {
  const { state } = await world(context);
  const table = await AlertTable.open(state);
  const alert = (id: string, severity: Alert['severity'], atMs: number): Alert => ({
    id,
    atMs,
    kind: 'logging-stopped',
    severity,
    accountId: ACCOUNT,
    region: 'us-east-1',
    message: id,
  });
  await table.add([alert('done', 'critical', 1)]);
  for (let first = 0; first < ALERTS_MAX + 500; first += 500) {
    await table.add(Array.from({ length: 500 }, (_, at) => alert(`tried ${first + at}`, 'warning', 10)));
  }
  assert.deepEqual(await table.countSince(0), { critical: 1, warning: ALERTS_MAX });
  assert.deepEqual(await table.countSince(2), { critical: 0, warning: ALERTS_MAX });
  const page = await table.list(ACCOUNT, 2);
  assert.deepEqual(
    page.map(({ id }) => id),
    [`tried ${ALERTS_MAX + 499}`, `tried ${ALERTS_MAX + 498}`],
  );
  const next = await table.list(ACCOUNT, ALERTS_MAX, page[1]?.sequence);
  assert.deepEqual([next[0]?.id, next.at(-1)?.id], [`tried ${ALERTS_MAX + 497}`, 'done']);
});
