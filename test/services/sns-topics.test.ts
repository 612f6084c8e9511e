/** Topics and subscriptions themselves: attributes, listing, tags, permissions, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sns from '@aws-sdk/client-sns';
import { refusal } from '../calls.ts';
import { ACCOUNT, REGION, ROOT_KEY } from '../harness.ts';
import { makeQueue, queueClient, topicClient } from '../messaging.ts';
import { shareVarve } from '../shared.ts';

const { endpoint } = await shareVarve({});
const client = topicClient(endpoint);
const queues = queueClient(endpoint);
const arnOf = (name: string): string => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;

async function make(Name: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await client.send(new sns.CreateTopicCommand({ Name, Attributes }))).TopicArn ?? '';
}
async function attributes(TopicArn: string): Promise<Record<string, string>> {
  return (await client.send(new sns.GetTopicAttributesCommand({ TopicArn }))).Attributes ?? {};
}
function set(TopicArn: string, AttributeName: string, AttributeValue: string): Promise<unknown> {
  return client.send(new sns.SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));
}
async function subscribe(TopicArn: string, Endpoint: string, Attributes: Record<string, string> = {}) {
  const answer = await client.send(
    new sns.SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes, ReturnSubscriptionArn: true }),
  );
  return answer.SubscriptionArn ?? '';
}
async function queueArn(name: string): Promise<string> {
  await makeQueue(queues, name);
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
}

test("a topic has AWS's attributes and default policy, and making it again finds it", async () => {
  const arn = await make('plain', { DisplayName: 'Plain' });
  assert.equal(arn, arnOf('plain'));
  const { Policy = '', EffectiveDeliveryPolicy = '', ...told } = await attributes(arn);
  assert.deepEqual(told, {
    TopicArn: arn,
    Owner: ACCOUNT,
    DisplayName: 'Plain',
    SubscriptionsConfirmed: '0',
    SubscriptionsPending: '0',
    SubscriptionsDeleted: '0',
    MaximumMessageSize: '262144',
  });
  assert.equal((JSON.parse(Policy) as { Id: string }).Id, '__default_policy_ID');
  const { http } = JSON.parse(EffectiveDeliveryPolicy) as {
    http: { defaultHealthyRetryPolicy: { numRetries: number } };
  };
  assert.equal(http.defaultHealthyRetryPolicy.numRetries, 3);
  assert.equal(await make('plain'), arn);
  assert.equal(await make('plain', { DisplayName: 'Plain' }), arn);
  const other = await refusal(make('plain', { DisplayName: 'Other' }));
  assert.deepEqual([other.name, other.status], ['InvalidParameterException', 400]);
  assert.match(other.message, /Topic already exists with different attributes/);
});

test('attributes are set, policies among them; what is wrong or not there is refused with its reason', async () => {
  const arn = await make('set');
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'SNS:Publish',
      Resource: arn,
    },
  });
  await set(arn, 'Policy', policy);
  await set(arn, 'DisplayName', 'Set');
  await set(arn, 'MaximumMessageSize', '1048576');
  const told = await attributes(arn);
  assert.deepEqual([told['Policy'], told['DisplayName'], told['MaximumMessageSize']], [policy, 'Set', '1048576']);
  await set(arn, 'Policy', '');
  assert.match((await attributes(arn))['Policy'] ?? '', /__default_policy_ID/);
  const cases: [name: string, value: string, message: RegExp][] = [
    ['Policy', '{"Version":"2012-10-17"}', /Invalid parameter: Policy Error/],
    ['DeliveryPolicy', '{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}', /numRetries/],
    ['MaximumMessageSize', '12', /MaximumMessageSize/],
    ['KmsMasterKeyId', 'alias/key', /KMS/],
    ['SignatureVersion', '2', /does not sign messages/],
    ['TracingConfig', 'Active', /PassThrough/],
    ['HTTPSuccessFeedbackRoleArn', 'arn:aws:iam::1:role/x', /no delivery status/],
    ['Colour', 'red', /AttributeName/],
  ];
  for (const [name, value, message] of cases) {
    const refused = await refusal(set(arn, name, value));
    assert.equal(refused.name, 'InvalidParameterException');
    assert.match(refused.message, message);
  }
  for (const [name, message] of [
    ['a.fifo', /FIFO topics are left to AWS/],
    ['spaced name', /Topic Name/],
    ['x'.repeat(257), /Topic Name/],
  ] as const) {
    assert.match((await refusal(make(name))).message, message);
  }
});

test('topics are listed in pages of a hundred; a deleted one is gone, and deleting it again does no harm', async () => {
  const elsewhere = topicClient(endpoint, ROOT_KEY, 'eu-west-1');
  for (let at = 0; at < 101; at += 1) {
    await elsewhere.send(new sns.CreateTopicCommand({ Name: `t${String(at).padStart(3, '0')}` }));
  }
  const first = await elsewhere.send(new sns.ListTopicsCommand({}));
  assert.equal(first.Topics?.length, 100);
  const second = await elsewhere.send(new sns.ListTopicsCommand({ NextToken: first.NextToken }));
  assert.deepEqual(second.Topics, [{ TopicArn: `arn:aws:sns:eu-west-1:${ACCOUNT}:t100` }]);
  assert.equal(
    (await refusal(elsewhere.send(new sns.ListTopicsCommand({ NextToken: 'x' })))).name,
    'InvalidParameterException',
  );
  const gone = { TopicArn: `arn:aws:sns:eu-west-1:${ACCOUNT}:t100` };
  await elsewhere.send(new sns.DeleteTopicCommand(gone));
  await elsewhere.send(new sns.DeleteTopicCommand(gone));
  const refused = await refusal(elsewhere.send(new sns.GetTopicAttributesCommand(gone)));
  assert.deepEqual([refused.name, refused.status, refused.message], ['NotFoundException', 404, 'Topic does not exist']);
  const otherRegion = await refusal(client.send(new sns.GetTopicAttributesCommand(gone)));
  assert.deepEqual(
    [otherRegion.name, otherRegion.message],
    ['InvalidParameterException', 'Invalid parameter: TopicArn'],
  );
});

test('a queue of the account is confirmed at once; subscribing it again finds the subscription', async () => {
  const topic = await make('subscribed');
  const queue = await queueArn('subscriber');
  const arn = await subscribe(topic, queue, { RawMessageDelivery: 'true' });
  assert.match(arn, new RegExp(`^${topic}:[0-9a-f-]{36}$`));
  assert.equal(await subscribe(topic, queue, { RawMessageDelivery: 'true' }), arn);
  assert.match(
    (await refusal(subscribe(topic, queue))).message,
    /Subscription already exists with different attributes/,
  );
  const { Attributes } = await client.send(new sns.GetSubscriptionAttributesCommand({ SubscriptionArn: arn }));
  assert.deepEqual(Attributes, {
    SubscriptionArn: arn,
    TopicArn: topic,
    Owner: ACCOUNT,
    Protocol: 'sqs',
    Endpoint: queue,
    RawMessageDelivery: 'true',
    PendingConfirmation: 'false',
    ConfirmationWasAuthenticated: 'true',
    SubscriptionPrincipal: `arn:aws:iam::${ACCOUNT}:root`,
  });
  const wire = { SubscriptionArn: arn, Owner: ACCOUNT, Protocol: 'sqs', Endpoint: queue, TopicArn: topic };
  assert.deepEqual((await client.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }))).Subscriptions, [
    wire,
  ]);
  const all = await client.send(new sns.ListSubscriptionsCommand({}));
  assert.ok(all.Subscriptions?.some(({ SubscriptionArn }) => SubscriptionArn === arn));
  assert.equal((await attributes(topic))['SubscriptionsConfirmed'], '1');
  await client.send(new sns.UnsubscribeCommand({ SubscriptionArn: arn }));
  await client.send(new sns.UnsubscribeCommand({ SubscriptionArn: arn }));
  const gone = await refusal(client.send(new sns.GetSubscriptionAttributesCommand({ SubscriptionArn: arn })));
  assert.deepEqual([gone.name, gone.message], ['NotFoundException', 'Subscription does not exist']);
});

test('subscriptions that cannot be are refused with their reason', async () => {
  const topic = await make('refusing');
  const queue = await queueArn('refusing');
  const ask = (Protocol: string, Endpoint: string, Attributes: Record<string, string> = {}) =>
    refusal(client.send(new sns.SubscribeCommand({ TopicArn: topic, Protocol, Endpoint, Attributes })));
  const cases: [protocol: string, endpoint: string, message: RegExp, attributes?: Record<string, string>][] = [
    ['email', 'a@example.com', /email is left to AWS/],
    ['lambda', 'arn:aws:lambda:x', /lambda is left to AWS/],
    ['pigeon', 'x', /does not support this protocol string: pigeon/],
    ['sqs', 'https://sqs/queue', /SQS endpoint ARN/],
    ['http', 'https://example.com/', /must match the specified protocol/],
    ['https', 'not a url', /HTTP\(S\) Endpoint/],
    ['http', 'http://169.254.169.254/latest/meta-data/', /link-local/],
    ['http', 'http://0xa9fea9fe/', /link-local/],
    ['http', 'http://[::ffff:169.254.169.254]/', /link-local/],
    ['http', 'http://[fd00:ec2::254]/', /link-local/],
    ['sqs', queue, /Must be true or false/, { RawMessageDelivery: 'yes' }],
    ['sqs', queue, /FilterPolicy: failed to parse JSON/, { FilterPolicy: '{' }],
    ['sqs', queue, /FilterPolicyScope/, { FilterPolicyScope: 'Everything' }],
    ['sqs', queue, /deadLetterTargetArn/, { RedrivePolicy: '{}' }],
    ['sqs', queue, /for HTTP and HTTPS endpoints/, { DeliveryPolicy: '{}' }],
    ['sqs', queue, /AttributeName/, { Colour: 'red' }],
  ];
  for (const [protocol, address, message, given] of cases) {
    const told = await ask(protocol, address, given);
    assert.deepEqual([told.name, told.status], ['InvalidParameterException', 400], told.message);
    assert.match(told.message, message);
  }
});

test('tags and permissions of topics', async () => {
  const arn = await make('tagged');
  const tags = async () => (await client.send(new sns.ListTagsForResourceCommand({ ResourceArn: arn }))).Tags;
  await client.send(
    new sns.TagResourceCommand({
      ResourceArn: arn,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    }),
  );
  await client.send(new sns.UntagResourceCommand({ ResourceArn: arn, TagKeys: ['a'] }));
  assert.deepEqual(await tags(), [{ Key: 'b', Value: '2' }]);
  const absent = await refusal(client.send(new sns.ListTagsForResourceCommand({ ResourceArn: arnOf('none') })));
  assert.equal(absent.name, 'ResourceNotFoundException');

  const add = (Label: string, ActionName: string[]) =>
    client.send(new sns.AddPermissionCommand({ TopicArn: arn, Label, AWSAccountId: ['210987654321'], ActionName }));
  await add('publishers', ['Publish']);
  const statements = async () =>
    (JSON.parse((await attributes(arn))['Policy'] ?? '') as { Statement: { Sid: string }[] }).Statement;
  assert.deepEqual(
    (await statements()).map(({ Sid }) => Sid),
    ['__default_statement_ID', 'publishers'],
  );
  assert.match((await refusal(add('publishers', ['Publish']))).message, /Statement already exists/);
  assert.match((await refusal(add('x', ['Explode']))).message, /out of service scope/);
  await client.send(new sns.RemovePermissionCommand({ TopicArn: arn, Label: 'publishers' }));
  assert.equal((await statements()).length, 1);
});

test('what SNS has and Varve has not says so', async () => {
  const told = await refusal(client.send(new sns.ListPlatformApplicationsCommand({})));
  assert.match(told.message, /Varve does not implement ListPlatformApplications: push notifications/);
});
