/** Queues and topics as customers use them: SDK clients of a test's server. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { SNSClient } from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { REGION, ROOT_KEY } from './harness.ts';

type Key = { readonly accessKeyId: string; readonly secretAccessKey: string };

export function queueClient(endpoint: string, credentials: Key = ROOT_KEY): sqs.SQSClient {
  const client = new sqs.SQSClient({ endpoint, region: REGION, credentials, maxAttempts: 1 });
  after(() => client.destroy());
  return client;
}

export function topicClient(endpoint: string, credentials: Key = ROOT_KEY): SNSClient {
  const client = new SNSClient({ endpoint, region: REGION, credentials, maxAttempts: 1 });
  after(() => client.destroy());
  return client;
}

/** Makes a queue; gives its URL. */
export async function makeQueue(
  client: sqs.SQSClient,
  name: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  assert.ok(QueueUrl);
  return QueueUrl;
}

export async function attributeOf(client: sqs.SQSClient, url: string, name: sqs.QueueAttributeName): Promise<string> {
  const { Attributes } = await client.send(
    new sqs.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [name] }),
  );
  return Attributes?.[name] ?? '';
}

/** One receive, of everything that is told of a message; waits up to `waitSeconds` for the first. */
export async function receive(
  client: sqs.SQSClient,
  url: string,
  waitSeconds = 0,
  more: Partial<sqs.ReceiveMessageCommandInput> = {},
): Promise<sqs.Message[]> {
  const { Messages = [] } = await client.send(
    new sqs.ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: waitSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
      ...more,
    }),
  );
  return Messages;
}

/** A queue's policy that lets a topic in, as AWS's guide prints it. */
export function policyForTopic(queueArn: string, topicArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });
}
