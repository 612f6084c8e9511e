/** Queues and topics as customers use them: SDK clients of a test's server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
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

export function topicClient(endpoint: string, credentials: Key = ROOT_KEY, region: string = REGION): SNSClient {
  const client = new SNSClient({ endpoint, region, credentials, maxAttempts: 1 });
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

/** The SNS message in a queue's message. */
export interface Envelope {
  readonly Type: string;
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Message: string;
  readonly Subject?: string;
  readonly Token?: string;
  readonly SubscribeURL?: string;
  readonly UnsubscribeURL?: string;
  readonly [field: string]: unknown;
}

export function envelopeOf(text: string | undefined): Envelope {
  return JSON.parse(text ?? '') as Envelope;
}

/** A request that a subscriber got. */
export interface Delivered {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Subscriber {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Resolves with the next request that no call has got yet. */
  next(): Promise<Delivered>;
  /** How many came and were not asked for. */
  readonly unread: number;
}

/**
 * A subscriber's HTTP endpoint.
 * @param answer the status of each request; default 200
 */
export async function withSubscriber(
  answer: (delivered: Delivered) => number | { status: number; headers: Record<string, string> } | undefined,
  work: (subscriber: Subscriber) => Promise<void>,
): Promise<void> {
  const arrived: Delivered[] = [];
  const waiting: ((delivered: Delivered) => void)[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const delivered = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString() };
      const told = answer(delivered) ?? 200;
      response
        .writeHead(typeof told === 'number' ? told : told.status, typeof told === 'number' ? {} : told.headers)
        .end();
      const next = waiting.shift();
      if (next) next(delivered);
      else arrived.push(delivered);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await work({
      url: `http://127.0.0.1:${port}`,
      next: () => {
        const first = arrived.shift();
        return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve));
      },
      get unread() {
        return arrived.length;
      },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
