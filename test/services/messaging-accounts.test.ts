/** Queues and topics of two accounts: nothing is done to another's, unless the owner's own policy lets them. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as iam from '@aws-sdk/client-iam';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { createSnsService, createSqsService, type OperationTable } from '#services';
import { loadService } from '#wire';
import { refusal } from '../calls.ts';
import { ACCOUNT as OWNER, makeClients, destroyClients, REGION, ROOT_KEY } from '../harness.ts';
import { makeQueue, queueClient, receive, topicClient } from '../messaging.ts';
import { minimalInput } from '../protocol/minimal-values.ts';
import { shareVarve } from '../shared.ts';

const STRANGER = '210987654321';
const STRANGER_KEY = {
  accessKeyId: 'AKIAVARVETESTROOTKEY2',
  secretAccessKey: 'varve-test-secret-varve-test-secret-0002',
};
const { endpoint, clients } = await shareVarve({
  accounts: [
    { id: OWNER, rootAccessKeyId: ROOT_KEY.accessKeyId, rootSecretAccessKey: ROOT_KEY.secretAccessKey },
    { id: STRANGER, rootAccessKeyId: STRANGER_KEY.accessKeyId, rootSecretAccessKey: STRANGER_KEY.secretAccessKey },
  ],
});
const owner = { queues: queueClient(endpoint), topics: topicClient(endpoint) };
const root = { queues: queueClient(endpoint, STRANGER_KEY), topics: topicClient(endpoint, STRANGER_KEY) };
const QUEUE_ARN = `arn:aws:sqs:${REGION}:${OWNER}:owners-queue`;
const TOPIC_ARN = `arn:aws:sns:${REGION}:${OWNER}:owners-topic`;
const QueueUrl = `${endpoint}/${OWNER}/owners-queue`;
let admin = root;
let subscriptionArn = '';

before(async () => {
  await makeQueue(owner.queues, 'owners-queue');
  await owner.topics.send(new sns.CreateTopicCommand({ Name: 'owners-topic' }));
  await owner.queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'secret' }));
  const subscribed = await owner.topics.send(
    new sns.SubscribeCommand({ TopicArn: TOPIC_ARN, Protocol: 'sqs', Endpoint: QUEUE_ARN }),
  );
  subscriptionArn = subscribed.SubscriptionArn ?? '';
  const strangers = makeClients(endpoint, REGION, STRANGER_KEY);
  await strangers.iam.send(new iam.CreateUserCommand({ UserName: 'admin' }));
  const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  await strangers.iam.send(
    new iam.PutUserPolicyCommand({ UserName: 'admin', PolicyName: 'all', PolicyDocument: JSON.stringify(everything) }),
  );
  const { AccessKey } = await strangers.iam.send(new iam.CreateAccessKeyCommand({ UserName: 'admin' }));
  destroyClients(strangers);
  const key = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  admin = { queues: queueClient(endpoint, key), topics: topicClient(endpoint, key) };
});

type Commands = Record<string, new (input: unknown) => unknown>;
interface Client {
  send(command: unknown): Promise<unknown>;
}
const NOTHING: never = new Proxy({}, { get: () => NOTHING }) as never;

/** Operations that take one of these members, with the least input and what is `given`. */
function tries(
  name: 'sqs' | 'sns',
  table: OperationTable<string>,
  given: Readonly<Record<string, string>>,
): [operation: string, input: object][] {
  return Object.keys(table).flatMap((operation): [string, object][] => {
    const shape = loadService(name).operation(operation)?.input;
    if (table[operation]?.kind !== 'implemented' || !shape || !('members' in shape)) return [];
    const members = Object.entries(given).filter(([member]) => shape.members.has(member));
    return members.length === 0 ? [] : [[operation, { ...minimalInput(shape), ...Object.fromEntries(members) }]];
  });
}

test("another account's administrator and root are refused every operation on the queue", async () => {
  const all = tries('sqs', createSqsService(NOTHING), { QueueUrl });
  assert.ok(all.length >= 15);
  for (const [operation, input] of all) {
    for (const { queues } of [admin, root]) {
      const Command = (sqs as unknown as Commands)[`${operation}Command`];
      assert.ok(Command);
      const told = await refusal((queues as Client).send(new Command(input)));
      assert.equal(told.name, 'AccessDenied', `${operation}: ${told.message}`);
    }
  }
  const byName = new sqs.GetQueueUrlCommand({ QueueName: 'owners-queue', QueueOwnerAWSAccountId: OWNER });
  assert.equal((await refusal(admin.queues.send(byName))).name, 'AccessDenied');
  assert.equal((await admin.queues.send(new sqs.ListQueuesCommand({}))).QueueUrls, undefined);
  assert.equal((await receive(owner.queues, QueueUrl, 0, { VisibilityTimeout: 0 }))[0]?.Body, 'secret');
});

test('and every operation on the topic and its subscriptions', async () => {
  const given = { TopicArn: TOPIC_ARN, ResourceArn: TOPIC_ARN, SubscriptionArn: subscriptionArn };
  const all = tries('sns', createSnsService(NOTHING), given);
  assert.ok(all.length >= 15);
  for (const [operation, input] of all) {
    for (const { topics } of [admin, root]) {
      const Command = (sns as unknown as Commands)[`${operation}Command`];
      assert.ok(Command);
      const told = await refusal((topics as Client).send(new Command(input)));
      assert.deepEqual([told.name, told.status], ['AuthorizationErrorException', 403], `${operation}: ${told.message}`);
    }
  }
  assert.deepEqual((await admin.topics.send(new sns.ListTopicsCommand({}))).Topics, []);
  assert.deepEqual((await admin.topics.send(new sns.ListSubscriptionsCommand({}))).Subscriptions, []);
  const { Attributes } = await owner.topics.send(new sns.GetTopicAttributesCommand({ TopicArn: TOPIC_ARN }));
  assert.equal(Attributes?.['SubscriptionsConfirmed'], '1');
});

test("the owner's policy opens what it says, to the account's administrator, and no operation that changes the queue", async () => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: STRANGER }, Action: 'sqs:*', Resource: QUEUE_ARN }],
  });
  await owner.queues.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  await admin.queues.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'from abroad' }));
  const bodies = (await receive(admin.queues, QueueUrl, 0, { VisibilityTimeout: 0 })).map(({ Body = '' }) => Body);
  assert.deepEqual(bodies.toSorted(), ['from abroad', 'secret']);
  for (const call of [
    () => admin.queues.send(new sqs.DeleteQueueCommand({ QueueUrl })),
    () => admin.queues.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: '' } })),
    () => admin.queues.send(new sqs.TagQueueCommand({ QueueUrl, Tags: { a: 'b' } })),
  ]) {
    assert.equal((await refusal(call())).name, 'AccessDenied');
  }
  const publishers = new sns.AddPermissionCommand({
    TopicArn: TOPIC_ARN,
    Label: 'abroad',
    AWSAccountId: [STRANGER],
    ActionName: ['Publish'],
  });
  await owner.topics.send(publishers);
  assert.ok((await admin.topics.send(new sns.PublishCommand({ TopicArn: TOPIC_ARN, Message: 'm' }))).MessageId);
  const other = await refusal(admin.topics.send(new sns.DeleteTopicCommand({ TopicArn: TOPIC_ARN })));
  assert.equal(other.name, 'AuthorizationErrorException');
});

test("a queue's policy may deny its own account, and the account's root mends it", async () => {
  const url = await makeQueue(owner.queues, 'locked');
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: `arn:aws:sqs:${REGION}:${OWNER}:locked` }],
  });
  await owner.queues.send(new sqs.SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
  const send = () => owner.queues.send(new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: 'm' }));
  assert.equal((await refusal(send())).name, 'AccessDenied');
  await owner.queues.send(new sqs.SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: '' } }));
  assert.ok((await send()).MessageId);
});

test("rules of a user's policy know queues by ARN and tag, and subscriptions by protocol and endpoint", async () => {
  const tagged = await makeQueue(owner.queues, 'of-the-team');
  const other = await makeQueue(owner.queues, 'of-others');
  await owner.queues.send(new sqs.TagQueueCommand({ QueueUrl: tagged, Tags: { team: 'audit' } }));
  await clients.iam.send(new iam.CreateUserCommand({ UserName: 'reader' }));
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sqs:ReceiveMessage',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': 'audit' } },
      },
      {
        Effect: 'Allow',
        Action: 'sns:Subscribe',
        Resource: TOPIC_ARN,
        Condition: { StringEquals: { 'sns:Protocol': 'sqs' }, StringLike: { 'sns:Endpoint': '*:of-the-team' } },
      },
    ],
  });
  await clients.iam.send(new iam.PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'p', PolicyDocument }));
  const { AccessKey } = await clients.iam.send(new iam.CreateAccessKeyCommand({ UserName: 'reader' }));
  const key = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  const reader = { queues: queueClient(endpoint, key), topics: topicClient(endpoint, key) };
  assert.deepEqual(await receive(reader.queues, tagged), []);
  assert.equal((await refusal(receive(reader.queues, other))).name, 'AccessDenied');
  const subscribe = (Protocol: string, Endpoint: string) =>
    reader.topics.send(new sns.SubscribeCommand({ TopicArn: TOPIC_ARN, Protocol, Endpoint }));
  assert.ok((await subscribe('sqs', `arn:aws:sqs:${REGION}:${OWNER}:of-the-team`)).SubscriptionArn);
  for (const call of [
    () => subscribe('sqs', `arn:aws:sqs:${REGION}:${OWNER}:of-others`),
    () => subscribe('http', 'http://127.0.0.1:1/of-the-team'),
  ]) {
    assert.equal((await refusal(call())).name, 'AuthorizationErrorException');
  }
});
