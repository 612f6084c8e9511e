/** Queues themselves: their attributes, names, URLs, tags, permissions and listing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sqs from '@aws-sdk/client-sqs';
import { refusal } from '../calls.ts';
import { ACCOUNT, REGION } from '../harness.ts';
import { attributeOf, makeQueue, queueClient, receive } from '../messaging.ts';
import { shareVarve } from '../shared.ts';

const { endpoint } = await shareVarve({});
const client = queueClient(endpoint);

function create(QueueName: string, Attributes: Record<string, string> = {}): Promise<sqs.CreateQueueCommandOutput> {
  return client.send(new sqs.CreateQueueCommand({ QueueName, Attributes }));
}
function set(url: string, Attributes: Record<string, string>): Promise<unknown> {
  return client.send(new sqs.SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
}

test("a queue has SQS's defaults, its URL is where the caller reached the server, and making it again finds it", async () => {
  const url = await makeQueue(client, 'plain');
  assert.equal(url, `${endpoint}/${ACCOUNT}/plain`);
  const { Attributes } = await client.send(
    new sqs.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  const { CreatedTimestamp, LastModifiedTimestamp, ...told } = Attributes ?? {};
  assert.match(`${CreatedTimestamp} ${LastModifiedTimestamp}`, /^\d{10} \d{10}$/);
  assert.deepEqual(told, {
    QueueArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:plain`,
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
    ApproximateNumberOfMessagesDelayed: '0',
    DelaySeconds: '0',
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: '345600',
    ReceiveMessageWaitTimeSeconds: '0',
    VisibilityTimeout: '30',
    SqsManagedSseEnabled: 'true',
  });
  assert.equal((await create('plain', { VisibilityTimeout: '30' })).QueueUrl, url);
  const other = await refusal(create('plain', { VisibilityTimeout: '31' }));
  assert.equal(other.name, 'QueueNameExists');
  assert.match(other.message, /different value for attribute VisibilityTimeout/);
  assert.equal((await client.send(new sqs.GetQueueUrlCommand({ QueueName: 'plain' }))).QueueUrl, url);
  assert.equal(
    (await refusal(client.send(new sqs.GetQueueUrlCommand({ QueueName: 'none' })))).name,
    'QueueDoesNotExist',
  );
});

test('attributes are taken within their ranges and refused outside, by name', async () => {
  const url = await makeQueue(client, 'ranges');
  const ranges = {
    DelaySeconds: [0, 900],
    MaximumMessageSize: [1024, 1_048_576],
    MessageRetentionPeriod: [60, 1_209_600],
    ReceiveMessageWaitTimeSeconds: [0, 20],
    VisibilityTimeout: [0, 43_200],
  } as const;
  for (const [name, [min, max]] of Object.entries(ranges)) {
    for (const value of [min, max]) {
      await set(url, { [name]: String(value) });
      assert.equal(await attributeOf(client, url, name as sqs.QueueAttributeName), String(value));
    }
    for (const value of [String(min - 1), String(max + 1), 'many', '']) {
      const told = await refusal(set(url, { [name]: value }));
      assert.deepEqual(
        [told.name, told.message],
        ['InvalidAttributeValue', `Invalid value for the parameter ${name}.`],
      );
    }
  }
});

test('what is no attribute, no policy or not there is refused with its reason', async () => {
  const url = await makeQueue(client, 'odd');
  const dead = `arn:aws:sqs:${REGION}:${ACCOUNT}:odd`;
  const cases: [() => Promise<unknown>, string, RegExp][] = [
    [() => set(url, { Colour: 'red' }), 'InvalidAttributeName', /Unknown Attribute Colour\./],
    [() => set(url, { QueueArn: 'x' }), 'InvalidAttributeName', /Unknown Attribute QueueArn\./],
    [() => attributeOf(client, url, 'Colour' as sqs.QueueAttributeName), 'InvalidAttributeName', /Colour/],
    [() => set(url, { Policy: '{"Version":' }), 'InvalidAttributeValue', /Invalid value for the parameter Policy\./],
    [() => set(url, { RedrivePolicy: '{}' }), 'InvalidAttributeValue', /deadLetterTargetArn/],
    [
      () => set(url, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: 0 }) }),
      'InvalidAttributeValue',
      /maxReceiveCount/,
    ],
    [
      () => set(url, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `${dead}-none`, maxReceiveCount: 1 }) }),
      'InvalidParameterValue',
      /Dead letter target does not exist/,
    ],
    [() => set(url, { KmsMasterKeyId: 'alias/key' }), 'UnsupportedOperation', /KMS/],
    [() => create('a.fifo', { FifoQueue: 'true' }), 'UnsupportedOperation', /FIFO queues are left to AWS/],
    [() => create('a', { FifoQueue: 'true' }), 'UnsupportedOperation', /FIFO/],
    [() => create('spaced name'), 'InvalidParameterValue', /alphanumeric characters, hyphens, or underscores/],
    [() => create('x'.repeat(81)), 'InvalidParameterValue', /1 to 80 in length/],
  ];
  for (const [call, name, message] of cases) {
    const told = await refusal(call());
    assert.deepEqual([told.name, told.status], [name, 400], told.message);
    assert.match(told.message, message);
  }
});

test('clients that know the codes of awsQuery get them in a header', async () => {
  const raw: { header?: string; type?: string } = {};
  const own = queueClient(endpoint);
  own.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const { $response } = error as { $response?: { headers: Record<string, string> } };
        raw.header = $response?.headers['x-amzn-query-error'] ?? '';
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high' },
  );
  const url = `${endpoint}/${ACCOUNT}/nowhere`;
  await refusal(own.send(new sqs.PurgeQueueCommand({ QueueUrl: url })));
  assert.equal(raw.header, 'AWS.SimpleQueueService.NonExistentQueue;Sender');
  await refusal(own.send(new sqs.ListQueuesCommand({ MaxResults: 0 })));
  assert.equal(raw.header, 'InvalidParameterValue;Sender');
});

test('queues are listed by name, by beginning and in pages', async () => {
  for (let at = 0; at < 5; at += 1) await makeQueue(client, `page-${at}`);
  const list = async (input: sqs.ListQueuesCommandInput) => {
    const { QueueUrls = [], NextToken } = await client.send(new sqs.ListQueuesCommand(input));
    return { names: QueueUrls.map((url) => url.split('/').at(-1)), NextToken };
  };
  const QueueNamePrefix = 'page-';
  assert.equal((await list({ QueueNamePrefix })).names.length, 5);
  const first = await list({ QueueNamePrefix, MaxResults: 2 });
  assert.deepEqual(first.names, ['page-0', 'page-1']);
  const second = await list({ QueueNamePrefix, MaxResults: 3, NextToken: first.NextToken });
  assert.deepEqual([second.names, second.NextToken], [['page-2', 'page-3', 'page-4'], undefined]);
  assert.deepEqual((await list({ QueueNamePrefix: 'none' })).names, []);
  for (const NextToken of ['nonsense', Buffer.from('x').toString('base64url')]) {
    const told = await refusal(list({ MaxResults: 2, NextToken }));
    assert.deepEqual([told.name, told.message], ['InvalidParameterValue', 'Invalid or expired next token.']);
  }
});

test('tags are put, put over, listed and removed', async () => {
  const url = await makeQueue(client, 'tagged');
  const tags = async () => (await client.send(new sqs.ListQueueTagsCommand({ QueueUrl: url }))).Tags;
  assert.equal(await tags(), undefined);
  await client.send(new sqs.TagQueueCommand({ QueueUrl: url, Tags: { team: 'audit', stage: 'test' } }));
  await client.send(new sqs.TagQueueCommand({ QueueUrl: url, Tags: { team: 'logs' } }));
  await client.send(new sqs.UntagQueueCommand({ QueueUrl: url, TagKeys: ['stage', 'none'] }));
  assert.deepEqual(await tags(), { team: 'logs' });
  const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, 'v']));
  const full = await refusal(client.send(new sqs.TagQueueCommand({ QueueUrl: url, Tags: fifty })));
  assert.equal(full.name, 'InvalidParameterValue');
});

test('a permission is a statement of the policy, by its label', async () => {
  const url = await makeQueue(client, 'shared');
  const add = (Label: string, Actions: string[]) =>
    client.send(new sqs.AddPermissionCommand({ QueueUrl: url, Label, AWSAccountIds: ['210987654321'], Actions }));
  await add('readers', ['ReceiveMessage', 'DeleteMessage']);
  const policy = JSON.parse(await attributeOf(client, url, 'Policy')) as { Statement: unknown[] };
  assert.deepEqual(policy.Statement, [
    {
      Sid: 'readers',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::210987654321:root' },
      Action: ['SQS:ReceiveMessage', 'SQS:DeleteMessage'],
      Resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:shared`,
    },
  ]);
  assert.match((await refusal(add('readers', ['SendMessage']))).message, /Already exists/);
  assert.match((await refusal(add('owners', ['DeleteQueue']))).message, /Only the queue owner/);
  await client.send(new sqs.RemovePermissionCommand({ QueueUrl: url, Label: 'readers' }));
  assert.equal(await attributeOf(client, url, 'Policy'), '');
  const gone = await refusal(client.send(new sqs.RemovePermissionCommand({ QueueUrl: url, Label: 'readers' })));
  assert.match(gone.message, /can't find label/);
});

test('a deleted queue is gone with its messages, and one of the same name is another', async () => {
  const url = await makeQueue(client, 'twice');
  await client.send(new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: 'old' }));
  await client.send(new sqs.DeleteQueueCommand({ QueueUrl: url }));
  assert.equal((await refusal(receive(client, url))).name, 'QueueDoesNotExist');
  assert.equal((await refusal(client.send(new sqs.DeleteQueueCommand({ QueueUrl: url })))).name, 'QueueDoesNotExist');
  await makeQueue(client, 'twice', { VisibilityTimeout: '5' });
  assert.deepEqual(await receive(client, url), []);
  assert.equal(await attributeOf(client, url, 'VisibilityTimeout'), '5');
});

test('a purge empties a queue, once a minute', async () => {
  const url = await makeQueue(client, 'purged');
  await client.send(new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: 'm' }));
  await client.send(new sqs.PurgeQueueCommand({ QueueUrl: url }));
  assert.deepEqual(await receive(client, url), []);
  const again = await refusal(client.send(new sqs.PurgeQueueCommand({ QueueUrl: url })));
  assert.deepEqual([again.name, again.status], ['PurgeQueueInProgress', 403]);
});
