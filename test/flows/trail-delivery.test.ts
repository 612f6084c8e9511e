/** What a trail selects comes to its bucket and its log group; places that refuse delay it, and lose nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DeleteTrailCommand,
  GetTrailStatusCommand,
  type GetTrailStatusResponse,
  PutEventSelectorsCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateLogGroupCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, DeleteRolePolicyCommand, GetRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
} from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { converse } from '../calls.ts';
import {
  ACCOUNT,
  type Clients,
  destroyClients,
  makeClients,
  REGION,
  ROOT_KEY,
  type TestVarve,
  withVarve,
} from '../harness.ts';
import { BUCKET, makeBucket, policy, putLogging } from '../logging.ts';
import { eventually, linesInBucket, listKeys } from '../records.ts';
import {
  allowCloudTrail,
  makeTrailBucket,
  startTrail,
  TRAIL,
  TRAIL_ARN,
  TRAIL_BUCKET,
  trailFiles,
  type TrailRecord,
  trailRecords,
  withCloudTrail,
} from '../trail-files.ts';

const GROUP = 'events';
const ROLE = 'trail-logs';
/** What is parked is tried again after an hour: in time only when it is woken. */
const SETTINGS = { trails: { interval: '200ms' }, delivery: { interval: '200ms', parkedRetry: '1h' } };

const roleOf = async ({ iam }: Clients, name: string): Promise<void> => {
  // Refused: its event tells the name.
  await iam.send(new GetRoleCommand({ RoleName: name })).catch(() => undefined);
};
const namesAsked = (records: readonly TrailRecord[]): string[] =>
  records
    .filter(({ eventName }) => eventName === 'GetRole')
    .map(({ requestParameters }) => String(requestParameters?.['roleName']))
    .toSorted();

/** Waits for the events of these calls in the trail's bucket, and sees that each is there once. */
async function arrive({ clients }: TestVarve, names: readonly string[]): Promise<void> {
  const look = async (): Promise<string[]> => namesAsked(await trailRecords(clients).catch(() => []));
  await eventually(`${names.length} events`, async () => ((await look()).length >= names.length ? true : undefined));
  assert.deepEqual(await look(), names.toSorted());
}

const statusOf = (running: TestVarve): Promise<GetTrailStatusResponse> =>
  withCloudTrail(running, (client) => client.send(new GetTrailStatusCommand({ Name: TRAIL })));

test('calls of all services come to the trail as files of their Region, without what was said', () =>
  withVarve(SETTINGS, async (running) => {
    const { clients } = running;
    await startTrail(running, { IsMultiRegionTrail: true });
    await converse(clients.runtime, 'a very secret question');
    await roleOf(clients, 'nobody');
    const ireland = makeClients(running.endpoint, 'eu-west-1');
    await ireland.logs.send(new CreateLogGroupCommand({ logGroupName: 'far' })).finally(() => destroyClients(ireland));
    const wanted = ['Converse', 'GetRole', 'CreateLogGroup'];
    const files = await eventually('events', async () => {
      const found = await trailFiles(clients);
      const names = new Set([...found.values()].flat().map(({ eventName }) => eventName));
      return wanted.every((name) => names.has(name)) ? found : undefined;
    });
    for (const [key, records] of files) {
      const match = /^AWSLogs\/(\d+)\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d\d)\/(\d\d)\/(.+)$/.exec(key);
      const [, account = '', region = '', year, month, day, name = ''] = match ?? [];
      const stamp = `${year}${month}${day}T\\d{4}Z`;
      assert.match(name, new RegExp(`^${account}_CloudTrail_${region}_${stamp}_[A-Za-z0-9]{16}\\.json\\.gz$`));
      assert.ok(records.length > 0 && records.every(({ awsRegion }) => awsRegion === region), key);
    }
    const all = [...files.values()].flat();
    assert.equal(all.find(({ eventName }) => eventName === 'CreateLogGroup')?.awsRegion, 'eu-west-1');
    assert.ok(!JSON.stringify(all).includes('secret'));
    assert.equal(new Set(all.map(({ eventID }) => eventID)).size, all.length, 'each event once');
    const status = await statusOf(running);
    assert.ok(status.LatestDeliveryTime instanceof Date);
    assert.deepEqual(
      [status.LatestDeliveryError, status.LatestDeliveryAttemptSucceeded],
      [undefined, status.LatestDeliveryAttemptTime],
    );
  }));

test('while the bucket refuses, the status says so and events wait, over a restart too; with the policy back they come at once', () =>
  withVarve(SETTINGS, async (running) => {
    await startTrail(running);
    await roleOf(running.clients, 'first');
    await arrive(running, ['first']);
    await running.clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: TRAIL_BUCKET }));
    await roleOf(running.clients, 'second');
    const refused = await eventually('an error', async () => {
      const status = await statusOf(running);
      return status.LatestDeliveryError === undefined ? undefined : status;
    });
    assert.equal(refused.LatestDeliveryError, 'AccessDenied');
    assert.ok(String(refused.LatestDeliveryAttemptTime) >= String(refused.LatestDeliveryAttemptSucceeded));

    await running.restart();
    await roleOf(running.clients, 'third');
    assert.equal((await statusOf(running)).LatestDeliveryError, 'AccessDenied', 'kept over the restart');
    assert.deepEqual(namesAsked(await trailRecords(running.clients)), ['first']);
    await allowCloudTrail(running.clients);
    await arrive(running, ['first', 'second', 'third']);
    await eventually('no error', async () =>
      (await statusOf(running)).LatestDeliveryError === undefined ? true : undefined,
    );
  }));

test('a bucket that was deleted and made again, with its policy, gets what has waited', () =>
  withVarve(SETTINGS, async (running) => {
    const { clients } = running;
    await startTrail(running);
    await roleOf(clients, 'first');
    await arrive(running, ['first']);
    // What is written while it is emptied must not keep it: first the door is closed.
    await clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: TRAIL_BUCKET }));
    await eventually('the bucket is closed', async () =>
      (await statusOf(running)).LatestDeliveryError === 'AccessDenied' ? true : undefined,
    );
    const keys = await listKeys(clients, TRAIL_BUCKET);
    await clients.s3.send(
      new DeleteObjectsCommand({ Bucket: TRAIL_BUCKET, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
    );
    await clients.s3.send(new DeleteBucketCommand({ Bucket: TRAIL_BUCKET }));
    await roleOf(clients, 'second');
    await clients.s3.send(new CreateBucketCommand({ Bucket: TRAIL_BUCKET }));
    await allowCloudTrail(clients);
    await arrive(running, ['second']);
  }));

test('after DeleteTrail what was selected before is still delivered, and nothing after it', () =>
  withVarve({ ...SETTINGS, trails: { interval: '1h' } }, async (running) => {
    await startTrail(running);
    await roleOf(running.clients, 'before');
    await withCloudTrail(running, (client) => client.send(new DeleteTrailCommand({ Name: TRAIL })));
    await roleOf(running.clients, 'after');
    await arrive(running, ['before']);
    await running.varve.flush();
    assert.deepEqual(namesAsked(await trailRecords(running.clients)), ['before']);
  }));

test('a trail that is given another bucket delivers there what it selects from then on', () =>
  withVarve({ ...SETTINGS, trails: { interval: '1h' } }, async (running) => {
    const { clients } = running;
    await startTrail(running);
    await roleOf(clients, 'before');
    await makeTrailBucket(clients, 'other-files');
    await withCloudTrail(running, (client) =>
      client.send(new UpdateTrailCommand({ Name: TRAIL, S3BucketName: 'other-files' })),
    );
    await roleOf(clients, 'after');
    await arrive(running, ['before']);
    await running.varve.flush();
    assert.deepEqual(namesAsked(await trailRecords(clients)), ['before']);
    assert.deepEqual(namesAsked(await trailRecords(clients, 'other-files')), ['after']);
  }));

async function makeTrailRole({ iam }: Clients): Promise<void> {
  const trust = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' }, Action: 'sts:AssumeRole' };
  await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: policy(trust) }));
  await letWrite({ iam });
}

async function letWrite({ iam }: Pick<Clients, 'iam'>): Promise<void> {
  const streams = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}:log-stream:${ACCOUNT}_CloudTrail_${REGION}*`;
  const write = { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: streams };
  await iam.send(new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: 'write', PolicyDocument: policy(write) }));
}

test('with a log group each event is there within seconds as one log event; a role that lost its policy delays them', () =>
  withVarve({ ...SETTINGS, trails: { interval: '1h' } }, async (running) => {
    const { clients } = running;
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await makeTrailRole(clients);
    await startTrail(running, {
      CloudWatchLogsLogGroupArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}:*`,
      CloudWatchLogsRoleArn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
    });
    const inGroup = async (): Promise<string[]> => {
      const { events = [] } = await clients.logs.send(
        new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: '{ $.eventName = "GetRole" }' }),
      );
      return namesAsked(events.map(({ message }) => JSON.parse(message ?? '') as TrailRecord));
    };
    const logged = (names: string[]): Promise<unknown> =>
      eventually(`${names.join()} in the log group`, async () =>
        JSON.stringify(await inGroup()) === JSON.stringify(names.toSorted()) ? true : undefined,
      );
    await roleOf(clients, 'first');
    await logged(['first']);
    const { logStreams } = await clients.logs.send(new DescribeLogStreamsCommand({ logGroupName: GROUP }));
    assert.deepEqual(
      logStreams?.map(({ logStreamName }) => logStreamName),
      [`${ACCOUNT}_CloudTrail_${REGION}`],
    );
    assert.deepEqual(
      await listKeys(clients, TRAIL_BUCKET).then((keys) => keys.filter((key) => key.endsWith('.gz'))),
      [],
    );

    await clients.iam.send(new DeleteRolePolicyCommand({ RoleName: ROLE, PolicyName: 'write' }));
    await roleOf(clients, 'second');
    await eventually('an error', async () =>
      (await statusOf(running)).LatestCloudWatchLogsDeliveryError === 'AccessDenied' ? true : undefined,
    );
    await letWrite(clients);
    await logged(['first', 'second']);
    await eventually('no error', async () => {
      const status = await statusOf(running);
      return status.LatestCloudWatchLogsDeliveryError === undefined && status.LatestCloudWatchLogsDeliveryTime;
    });
  }));

test("Bedrock's writing of invocation logs is a data event of the bucket's owner; the trail's own files are none", () =>
  withVarve(SETTINGS, async (running) => {
    const { clients } = running;
    await startTrail(running);
    await withCloudTrail(running, (client) =>
      client.send(
        new PutEventSelectorsCommand({
          TrailName: TRAIL,
          AdvancedEventSelectors: [
            {
              FieldSelectors: [
                { Field: 'eventCategory', Equals: ['Data'] },
                { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
                { Field: 'eventName', Equals: ['PutObject'] },
              ],
            },
          ],
        }),
      ),
    );
    await makeBucket(clients);
    await putLogging(clients, { s3Config: { bucketName: BUCKET } });
    await converse(clients.runtime, 'x');
    await eventually('the record', async () => ((await linesInBucket(clients, BUCKET)).length > 0 ? true : undefined));
    const put = await eventually('the event', async () => {
      const records = await trailRecords(clients);
      return records.find(({ requestParameters }) => String(requestParameters?.['key']).endsWith('.json.gz'));
    });
    assert.deepEqual(put['userIdentity'], { type: 'AWSService', invokedBy: 'bedrock.amazonaws.com' });
    assert.deepEqual([put['sourceIPAddress'], put['userAgent']], ['bedrock.amazonaws.com', 'bedrock.amazonaws.com']);
    assert.equal(put.requestParameters?.['bucketName'], BUCKET);
    const key = String(put.requestParameters?.['key']);
    assert.ok((await listKeys(clients, BUCKET)).includes(key));
    assert.deepEqual(put['resources'], [
      { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${BUCKET}/${key}` },
      { accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${BUCKET}` },
    ]);
    await running.varve.flush();
    const buckets = (await trailRecords(clients)).map(({ requestParameters }) => requestParameters?.['bucketName']);
    assert.ok(!buckets.includes(TRAIL_BUCKET));
  }));

/** A topic that CloudTrail may publish to, with a queue that gets the messages themselves. */
async function makeTopic(sns: SNSClient, sqs: SQSClient): Promise<{ topicArn: string; queueUrl: string }> {
  const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'files' }));
  const publish = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' }, Action: 'SNS:Publish' };
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn: topicArn,
      AttributeName: 'Policy',
      AttributeValue: policy({
        ...publish,
        Resource: topicArn,
        Condition: { StringEquals: { 'aws:SourceArn': TRAIL_ARN } },
      }),
    }),
  );
  const { QueueUrl: queueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'files' }));
  const queueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:files`;
  const send = { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage' };
  const condition = { ArnEquals: { 'aws:SourceArn': topicArn } };
  const queuePolicy = policy({ ...send, Resource: queueArn, Condition: condition });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy: queuePolicy } }));
  await sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'sqs',
      Endpoint: queueArn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return { topicArn, queueUrl };
}

test('the topic hears of each file that stands in the bucket; without the topic files come all the same, and the status tells', () =>
  withVarve(SETTINGS, async (running) => {
    const shared = { endpoint: running.endpoint, region: REGION, credentials: { ...ROOT_KEY }, maxAttempts: 1 };
    const sns = new SNSClient(shared);
    const sqs = new SQSClient(shared);
    try {
      const { topicArn, queueUrl } = await makeTopic(sns, sqs);
      await startTrail(running, { SnsTopicName: topicArn });
      await roleOf(running.clients, 'first');
      await arrive(running, ['first']);
      const [firstKey = ''] = [...(await trailFiles(running.clients))].flatMap(([key, records]) =>
        namesAsked(records).length > 0 ? [key] : [],
      );
      const heard: string[] = [];
      await eventually('the notice', async () => {
        const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
        const { Messages = [] } = await sqs.send(receive);
        for (const { Body = '', ReceiptHandle } of Messages) {
          heard.push(Body);
          await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
        }
        return heard.some((text) => text.includes(firstKey)) ? true : undefined;
      });
      assert.ok(heard.includes('CloudTrail validation message.'));
      const notices = heard.filter((text) => text.startsWith('{'));
      const keys = await listKeys(running.clients, TRAIL_BUCKET);
      for (const text of notices) {
        const notice = JSON.parse(text) as { s3Bucket: string; s3ObjectKey: string[] };
        assert.deepEqual(Object.keys(notice), ['s3Bucket', 's3ObjectKey']);
        assert.equal(notice.s3Bucket, TRAIL_BUCKET);
        assert.ok(notice.s3ObjectKey.length > 0 && notice.s3ObjectKey.every((key) => keys.includes(key)));
      }
      assert.ok((await statusOf(running)).LatestNotificationTime instanceof Date);

      await sns.send(new DeleteTopicCommand({ TopicArn: topicArn }));
      await roleOf(running.clients, 'second');
      await arrive(running, ['first', 'second']);
      const status = await eventually('the error', async () => {
        const now = await statusOf(running);
        return now.LatestNotificationError === undefined ? undefined : now;
      });
      assert.deepEqual([status.LatestNotificationError, status.LatestDeliveryError], ['NotFound', undefined]);
    } finally {
      sns.destroy();
      sqs.destroy();
    }
  }));
