/** API calls that change something, made while the server is killed, and what the trail's files tell of all calls afterwards. */
import {
  CreateTrailCommand,
  GetTrailStatusCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateUserCommand, paginateListUsers } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { gunzipSync } from 'node:zlib';
import { sleep } from '#base';
import { cleanEnvironment, runVarve } from '../cli/server-process.ts';
import { ACCOUNT, type Clients, REGION, ROOT_KEY } from '../harness.ts';
import { policy } from '../logging.ts';
import { getObject, listKeys } from '../records.ts';
import { signedFetch } from '../signed-fetch.ts';
import type { Change, Ledger } from './ledger.ts';
import type { LoadOptions } from './load.ts';

const BUCKET = 'kill-trail';
const TRAIL = 'kills';
const DIGEST_WAIT_MS = 60_000;
const INTERRUPTED = 'InterruptedException';
/** A change costs two transactions: so many that kills hit them, so few that model calls come through. */
const CHANGE_PAUSE_MS = 10;

interface Event {
  readonly eventID: string;
  readonly eventName: string;
  readonly requestID: string;
  readonly errorCode?: string;
  readonly requestParameters: { readonly userName?: string } | null;
}

/** A trail that logs all management events. */
export async function startTrail({ s3, cloudtrail }: Clients): Promise<void> {
  const Principal = { Service: 'cloudtrail.amazonaws.com' };
  const arn = `arn:aws:s3:::${BUCKET}`;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const allow = { Effect: 'Allow', Principal };
  const statements = [
    { ...allow, Action: 's3:GetBucketAcl', Resource: arn },
    { ...allow, Action: 's3:PutObject', Resource: `${arn}/AWSLogs/${ACCOUNT}/*` },
  ];
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: policy(...statements) }));
  await cloudtrail.send(new CreateTrailCommand({ Name: TRAIL, S3BucketName: BUCKET, EnableLogFileValidation: true }));
  await cloudtrail.send(new StartLoggingCommand({ Name: TRAIL }));
}

/** Makes one user after the other; resolves when the last is over for its caller. */
export async function changeAgain({ clients, ledger, round, until, isKilled }: LoadOptions): Promise<void> {
  for (let number = 0; !until.aborted && !isKilled(); number += 1) {
    const change: Change = { userName: `user-${round}-${number}`, fate: 'in-flight', requestId: '' };
    ledger.changes.push(change);
    try {
      const { $metadata } = await clients.iam.send(new CreateUserCommand({ UserName: change.userName }));
      change.requestId = $metadata.requestId ?? '';
      change.fate = 'acknowledged';
    } catch (error) {
      const { $fault } = error as { $fault?: string };
      if ($fault !== undefined || !isKilled())
        ledger.complaints.push(`CreateUser ${change.userName}: ${String(error)}`);
      change.fate = 'cut';
    }
    await sleep(CHANGE_PAUSE_MS);
  }
}

/**
 * Every call whose caller heard of it has one event; so has every change that took effect, heard of or not; no event is
 * there twice; and the event history has each of them once too.
 * @returns how many events there are, and how many of calls that were interrupted
 */
export async function checkTrail(
  clients: Clients,
  endpoint: string,
  ledger: Ledger,
): Promise<{ events: number; interrupted: number }> {
  const events = await trailEvents(clients);
  const { complaints } = ledger;
  const history = await historyEventIds(endpoint);
  const byRequest = new Map<string, Event>();
  const eventIds = new Set<string>();
  for (const event of events) {
    if (eventIds.has(event.eventID))
      complaints.push(`trail: event ${event.eventID} (${event.eventName}) is there twice`);
    eventIds.add(event.eventID);
    const times = history.get(event.eventID) ?? 0;
    if (times !== 1) complaints.push(`history: event ${event.eventID} (${event.eventName}) is there ${times} times`);
    byRequest.set(event.requestID, event);
  }
  for (const { name, operation, requestId, fate } of ledger.calls.values()) {
    if (requestId === undefined) continue;
    const event = byRequest.get(requestId);
    if (!event) complaints.push(`trail: no event of ${name} (${requestId}, ${fate})`);
    else if (event.eventName !== operation) complaints.push(`trail: ${name} is told of as ${event.eventName}`);
    else if (fate === 'acknowledged' && event.errorCode !== undefined)
      complaints.push(`trail: ${name} was answered and is told of with ${event.errorCode}`);
  }
  const told = Map.groupBy(
    events.filter(({ eventName }) => eventName === 'CreateUser'),
    ({ requestParameters }) => requestParameters?.userName ?? '',
  );
  for (const { userName, fate, requestId } of ledger.changes) {
    const [event, second] = told.get(userName) ?? [];
    if (second) complaints.push(`trail: two events of ${userName}`);
    if (fate !== 'acknowledged') continue;
    if (event?.requestID !== requestId) complaints.push(`trail: no event of ${userName}, request ${requestId}`);
    else if (event.errorCode !== undefined)
      complaints.push(`trail: ${userName} was made and is told of with ${event.errorCode}`);
  }
  for await (const { Users } of paginateListUsers({ client: clients.iam }, {})) {
    for (const { UserName = '' } of Users ?? []) {
      if (!told.has(UserName)) complaints.push(`trail: ${UserName} is there and no event tells of it`);
    }
  }
  return { events: events.length, interrupted: events.filter(({ errorCode }) => errorCode === INTERRUPTED).length };
}

async function trailEvents(clients: Clients): Promise<Event[]> {
  const keys = (await listKeys(clients, BUCKET)).filter((key) => key.includes('/CloudTrail/') && key.endsWith('.gz'));
  const events: Event[] = [];
  for (const key of keys) {
    const { Records } = JSON.parse(gunzipSync(await getObject(clients, BUCKET, key)).toString()) as {
      Records: Event[];
    };
    events.push(...Records);
  }
  return events;
}

/** How often each event is in the event history. */
async function historyEventIds(endpoint: string): Promise<Map<string, number>> {
  const reply = await signedFetch(endpoint, 'GET', '/_varve/events?format=ndjson&category=Management');
  const text = await reply.text();
  if (reply.status !== 200) throw new Error(`event history: ${reply.status} ${text}`);
  const times = new Map<string, number>();
  for (const line of text.split('\n').filter(Boolean)) {
    const { eventID } = JSON.parse(line) as Event;
    times.set(eventID, (times.get(eventID) ?? 0) + 1);
  }
  return times;
}

/**
 * Ends the trail and verifies it from beginning to end: the chain of its digests and every file that they name.
 * @returns what `varve verify` says
 */
export async function verifyTrail(
  { cloudtrail }: Clients,
  endpoint: string,
): Promise<{ status: number; said: string }> {
  await cloudtrail.send(new StopLoggingCommand({ Name: TRAIL }));
  const { StopLoggingTime } = await cloudtrail.send(new GetTrailStatusCommand({ Name: TRAIL }));
  const deadline = performance.now() + DIGEST_WAIT_MS;
  for (;;) {
    const { LatestDigestDeliveryTime } = await cloudtrail.send(new GetTrailStatusCommand({ Name: TRAIL }));
    if (Number(LatestDigestDeliveryTime) > Number(StopLoggingTime)) break;
    if (performance.now() > deadline) return { status: 1, said: 'the last digest does not come' };
    await sleep(100);
  }
  const { status, stdout, stderr } = await runVarve(
    ['verify', '--trail', TRAIL],
    cleanEnvironment({
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ROOT_KEY.secretAccessKey,
    }),
  );
  return { status, said: `${stdout}\n${stderr}` };
}
