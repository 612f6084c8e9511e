/** The AWS CLI's everyday commands on queues and topics. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ACCOUNT } from '../harness.ts';
import { envelopeOf, policyForTopic } from '../messaging.ts';
import { type Ended, run, withServer } from './server-process.ts';

const missing = spawnSync('aws', ['--version']).error !== undefined;
const options = { skip: missing ? 'the AWS CLI (aws) is not installed' : false, timeout: 300_000 };

test(
  'aws sqs and aws sns: a queue that is subscribed to a topic gets what is published, once, and all goes again',
  options,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'varve-aws-cli-'));
    try {
      await withServer([], async ({ environment, endpoint }) => {
        // Version 1 of the CLI goes to an old host name for SQS, whatever AWS_ENDPOINT_URL says.
        const tryAws = (...args: string[]): Promise<Ended> =>
          run('aws', args[0] === 'sqs' ? ['--endpoint-url', endpoint, ...args] : args, environment, folder);
        const aws = async (...args: string[]): Promise<Record<string, unknown>> => {
          const { status, stdout, stderr } = await tryAws(...args);
          assert.equal(status, 0, `aws ${args.join(' ')}\n${stderr}`);
          return JSON.parse(stdout === '' ? '{}' : stdout) as Record<string, unknown>;
        };
        const { QueueUrl: url } = await aws('sqs', 'create-queue', '--queue-name', 'cli');
        assert.equal(url, `${endpoint}/${ACCOUNT}/cli`);
        const onQueue = ['--queue-url', url];
        const { Attributes } = await aws('sqs', 'get-queue-attributes', ...onQueue, '--attribute-names', 'QueueArn');
        const { QueueArn: queueArn = '' } = Attributes as Record<string, string>;
        const { TopicArn: topic } = await aws('sns', 'create-topic', '--name', 'cli');
        await writeFile(
          join(folder, 'policy.json'),
          JSON.stringify({ Policy: policyForTopic(queueArn, String(topic)) }),
        );
        await aws('sqs', 'set-queue-attributes', ...onQueue, '--attributes', 'file://policy.json');
        const onTopic = ['--topic-arn', String(topic)];
        const { SubscriptionArn } = await aws(
          'sns',
          'subscribe',
          ...onTopic,
          '--protocol',
          'sqs',
          '--notification-endpoint',
          queueArn,
        );
        const attributes = '{"kind":{"DataType":"String","StringValue":"x"}}';
        const { MessageId } = await aws(
          'sns',
          'publish',
          ...onTopic,
          '--message',
          'hello',
          '--message-attributes',
          attributes,
        );
        const receive = ['sqs', 'receive-message', ...onQueue, '--wait-time-seconds', '20'];
        const { Messages } = (await aws(...receive, '--attribute-names', 'All')) as {
          Messages: { Body: string; ReceiptHandle: string; Attributes: Record<string, string> }[];
        };
        const [message] = Messages;
        const envelope = envelopeOf(message?.Body);
        assert.deepEqual([envelope.Message, envelope.MessageId, envelope.TopicArn], ['hello', MessageId, topic]);
        assert.equal(message?.Attributes['ApproximateReceiveCount'], '1');
        await aws('sqs', 'delete-message', ...onQueue, '--receipt-handle', message?.ReceiptHandle ?? '');
        await aws('sqs', 'send-message', ...onQueue, '--message-body', 'straight');
        const { Messages: rest } = (await aws(...receive, '--max-number-of-messages', '10')) as {
          Messages: { Body: string }[];
        };
        assert.deepEqual(
          rest.map(({ Body }) => Body),
          ['straight'],
        );
        await aws('sns', 'unsubscribe', '--subscription-arn', String(SubscriptionArn));
        await aws('sns', 'delete-topic', ...onTopic);
        assert.match(
          (await tryAws('sns', 'publish', ...onTopic, '--message', 'm')).stderr,
          /\(NotFound\).*Topic does not exist/,
        );
        await aws('sqs', 'delete-queue', ...onQueue);
        assert.match(
          (await tryAws('sqs', 'get-queue-url', '--queue-name', 'cli')).stderr,
          /\(AWS\.SimpleQueueService\.NonExistentQueue\).*The specified queue does not exist/,
        );
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
