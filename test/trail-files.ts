/** A trail as AWS's guide sets one up, and its files as consumers read them. */
import { gunzipSync } from 'node:zlib';
import {
  CloudTrailClient,
  CreateTrailCommand,
  type CreateTrailRequest,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { ACCOUNT, type Clients, REGION, ROOT_KEY, type TestVarve } from './harness.ts';
import { policy } from './logging.ts';
import { getObject, listKeys } from './records.ts';

export const TRAIL = 'all-calls';
export const TRAIL_BUCKET = 'trail-files';
export const TRAIL_ARN = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/${TRAIL}`;

export interface TrailRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly awsRegion: string;
  readonly requestID: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly [key: string]: unknown;
}

/** The client is ended by `work`'s end: it belongs to one server, and is made anew after a restart. */
export async function withCloudTrail<T>(
  { endpoint }: TestVarve,
  work: (client: CloudTrailClient) => Promise<T>,
): Promise<T> {
  const client = new CloudTrailClient({ endpoint, region: REGION, credentials: { ...ROOT_KEY }, maxAttempts: 1 });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/** The policy of the guide. */
export async function allowCloudTrail({ s3 }: Clients, bucket = TRAIL_BUCKET): Promise<void> {
  const service = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } };
  const source = { 'aws:SourceArn': TRAIL_ARN };
  const arn = `arn:aws:s3:::${bucket}`;
  const text = policy(
    { ...service, Action: 's3:GetBucketAcl', Resource: arn, Condition: { StringEquals: source } },
    {
      ...service,
      Action: 's3:PutObject',
      Resource: `${arn}/AWSLogs/${ACCOUNT}/*`,
      Condition: { StringEquals: { ...source, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    },
  );
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: text }));
}

export async function makeTrailBucket(clients: Clients, bucket = TRAIL_BUCKET): Promise<void> {
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await allowCloudTrail(clients, bucket);
}

/** Bucket, policy and a trail that is logging. */
export async function startTrail(running: TestVarve, more: Partial<CreateTrailRequest> = {}): Promise<void> {
  await makeTrailBucket(running.clients);
  await withCloudTrail(running, async (client) => {
    await client.send(new CreateTrailCommand({ Name: TRAIL, S3BucketName: TRAIL_BUCKET, ...more }));
    await client.send(new StartLoggingCommand({ Name: TRAIL }));
  });
}

/** All records of a trail's bucket, by the keys of their files. */
export async function trailFiles(clients: Clients, bucket = TRAIL_BUCKET): Promise<ReadonlyMap<string, TrailRecord[]>> {
  const files = new Map<string, TrailRecord[]>();
  for (const key of await listKeys(clients, bucket)) {
    if (!key.includes('/CloudTrail/')) continue;
    const text = gunzipSync(await getObject(clients, bucket, key)).toString();
    files.set(key, (JSON.parse(text) as { Records: TrailRecord[] }).Records);
  }
  return files;
}

export async function trailRecords(clients: Clients, bucket = TRAIL_BUCKET): Promise<TrailRecord[]> {
  return [...(await trailFiles(clients, bucket)).values()].flat();
}
