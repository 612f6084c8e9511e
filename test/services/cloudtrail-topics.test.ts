/** The topic of a trail: it must let CloudTrail publish, and hears of it at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateTrailCommand, GetTrailCommand, UpdateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { refusal } from '../calls.ts';
import { ACCOUNT, REGION, ROOT_KEY } from '../harness.ts';
import { shareVarve } from '../shared.ts';
import { CLOUDTRAIL, makeTrailBucket } from '../trails.ts';

const { clients, endpoint } = await shareVarve({});
const { cloudtrail } = clients;
const settings = { endpoint, region: REGION, credentials: ROOT_KEY, maxAttempts: 1 };

test('a topic that lets CloudTrail publish is told that it does', async () => {
  const sns = new SNSClient(settings);
  const sqs = new SQSClient(settings);
  try {
    const bucket = await makeTrailBucket(clients, 'trail-topics');
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'trail-news' }));
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'trail-news' }));
    const queueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:trail-news`;
    await sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl,
        Attributes: { Policy: allowing('sns.amazonaws.com', 'sqs:SendMessage', queueArn, TopicArn) },
      }),
    );
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn }));

    const trail = { Name: 'telling', S3BucketName: bucket, SnsTopicName: 'trail-news' };
    const denied = await refusal(cloudtrail.send(new CreateTrailCommand(trail)));
    assert.deepEqual(
      [denied.name, denied.message, denied.status],
      ['InsufficientSnsTopicPolicyException', 'SNS Topic does not exist or the topic policy is incorrect!', 400],
    );

    const trailArn = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/telling`;
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue: allowing(CLOUDTRAIL, 'SNS:Publish', TopicArn, trailArn),
      }),
    );
    const made = await cloudtrail.send(new CreateTrailCommand(trail));
    assert.deepEqual([made.SnsTopicName, made.SnsTopicARN], ['trail-news', TopicArn]);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
    assert.equal(JSON.parse(Messages[0]?.Body ?? '{}').Message, 'CloudTrail validation message.');

    await cloudtrail.send(new UpdateTrailCommand({ Name: 'telling', SnsTopicName: '' }));
    const { Trail } = await cloudtrail.send(new GetTrailCommand({ Name: 'telling' }));
    assert.deepEqual([Trail?.SnsTopicName, Trail?.SnsTopicARN], [undefined, undefined]);
  } finally {
    sns.destroy();
    sqs.destroy();
  }
});

function allowing(Service: string, Action: string, Resource: string, source: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AWSCloudTrailSNSPolicy20131101',
        Effect: 'Allow',
        Principal: { Service },
        Action,
        Resource,
        Condition: { StringEquals: { 'aws:SourceArn': source } },
      },
    ],
  });
}
