/** What subscribers of topics get: queues and HTTP endpoints, by filters, raw and in AWS's envelope, again after failures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { refusal } from '../calls.ts';
import { ACCOUNT, REGION, type TestVarve, withVarve } from '../harness.ts';
import {
  type Delivered,
  envelopeOf,
  makeQueue,
  policyForTopic,
  queueClient,
  receive,
  type Subscriber,
  topicClient,
  withSubscriber,
} from '../messaging.ts';
import { shareVarve } from '../shared.ts';

const shared = await shareVarve({});
const { endpoint } = shared;
const topics = topicClient(endpoint);
const queues = queueClient(endpoint);
const queueArnOf = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;

async function makeTopic(Name: string, client = topics): Promise<string> {
  return (await client.send(new sns.CreateTopicCommand({ Name }))).TopicArn ?? '';
}

/** A queue that the topic may put into, subscribed. */
async function subscribedQueue(topic: string, name: string, attributes: Record<string, string> = {}): Promise<string> {
  const url = await makeQueue(queues, name, { Policy: policyForTopic(queueArnOf(name), topic) });
  await topics.send(
    new sns.SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: queueArnOf(name), Attributes: attributes }),
  );
  return url;
}

function publish(TopicArn: string, Message: string, more: Partial<sns.PublishCommandInput> = {}, client = topics) {
  return client.send(new sns.PublishCommand({ TopicArn, Message, ...more }));
}

async function metric(server: Pick<TestVarve, 'endpoint'>, name: string, labels: string): Promise<number> {
  const text = await (await fetch(`${server.endpoint}/_varve/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(labels));
  return Number(line?.split(' ').at(-1) ?? 0);
}

test("a queue gets a message in AWS's envelope, laid out as AWS lays it out, without a signature", async () => {
  const topic = await makeTopic('news');
  const url = await subscribedQueue(topic, 'news-readers');
  const { MessageId } = await publish(topic, 'hello "world"\n', {
    Subject: 'Greeting',
    MessageAttributes: {
      kind: { DataType: 'String', StringValue: 'x' },
      raw: { DataType: 'Binary', BinaryValue: Uint8Array.from([1, 2]) },
    },
  });
  const [message] = await receive(queues, url, 20);
  const { Timestamp, UnsubscribeURL, ...envelope } = envelopeOf(message?.Body);
  assert.match(String(Timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(UnsubscribeURL ?? '', new RegExp(`^${endpoint}/\\?Action=Unsubscribe&SubscriptionArn=arn`));
  assert.deepEqual(envelope, {
    Type: 'Notification',
    MessageId,
    TopicArn: topic,
    Subject: 'Greeting',
    Message: 'hello "world"\n',
    SignatureVersion: '1',
    Signature: '',
    SigningCertURL: '',
    MessageAttributes: { kind: { Type: 'String', Value: 'x' }, raw: { Type: 'Binary', Value: 'AQI=' } },
  });
  assert.match(message?.Body ?? '', /^\{\n {2}"Type" : "Notification",\n {2}"MessageId" : "/);
  assert.equal(message?.MessageAttributes, undefined);
});

test('raw delivery gives the bare message with its attributes; each protocol may have a text of its own', async () => {
  const topic = await makeTopic('raw');
  const url = await subscribedQueue(topic, 'raw-readers', { RawMessageDelivery: 'true' });
  const MessageAttributes = { n: { DataType: 'Number', StringValue: '7' } };
  await publish(topic, 'bare', { MessageAttributes });
  await publish(topic, JSON.stringify({ default: 'for all', sqs: 'for queues' }), { MessageStructure: 'json' });
  const got = [...(await receive(queues, url, 20)), ...(await receive(queues, url))];
  assert.deepEqual(
    got.map(({ Body, MessageAttributes: attributes }) => [Body, attributes]),
    [
      ['bare', MessageAttributes],
      ['for queues', undefined],
    ],
  );
});

test('subscribers get what their filters let through, by attributes and by the body', async () => {
  const topic = await makeTopic('filtered');
  const byAttribute = await subscribedQueue(topic, 'by-attribute', { FilterPolicy: '{"kind":[{"prefix":"order"}]}' });
  const byBody = await subscribedQueue(topic, 'by-body', {
    FilterPolicy: '{"price":[{"numeric":[">",10]}]}',
    FilterPolicyScope: 'MessageBody',
    RawMessageDelivery: 'true',
  });
  const kind = (StringValue: string) => ({ MessageAttributes: { kind: { DataType: 'String', StringValue } } });
  await publish(topic, '{"price":11}', kind('order.made'));
  await publish(topic, '{"price":9}', kind('order.paid'));
  await publish(topic, '{"price":12}', kind('cart'));
  const texts = (await receive(queues, byAttribute, 20)).map(({ Body }) => envelopeOf(Body).Message);
  assert.deepEqual(texts, ['{"price":11}', '{"price":9}']);
  assert.deepEqual(
    (await receive(queues, byBody)).map(({ Body }) => Body),
    ['{"price":11}', '{"price":12}'],
  );
  const { Subscriptions = [] } = await topics.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }));
  const SubscriptionArn = Subscriptions.find(({ Endpoint }) => Endpoint?.endsWith('by-attribute'))?.SubscriptionArn;
  const set = (AttributeName: string, AttributeValue: string) =>
    topics.send(new sns.SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
  assert.match((await refusal(set('FilterPolicy', '{"a":{"b":["c"]}}'))).message, /does not support nested/);
  await set('FilterPolicy', '{}');
  await publish(topic, 'everything');
  assert.equal(envelopeOf((await receive(queues, byAttribute, 20))[0]?.Body).Message, 'everything');
});

test('a batch is published entry by entry; what SNS does not take is refused', async () => {
  const topic = await makeTopic('batches');
  const url = await subscribedQueue(topic, 'batch-readers', { RawMessageDelivery: 'true' });
  const { Successful, Failed } = await topics.send(
    new sns.PublishBatchCommand({
      TopicArn: topic,
      PublishBatchRequestEntries: [
        { Id: 'a', Message: 'one' },
        { Id: 'b', Message: 'two', Subject: 'two\nlines' },
        { Id: 'c', Message: 'three' },
      ],
    }),
  );
  assert.deepEqual(
    [Successful?.map(({ Id }) => Id), Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])],
    [['a', 'c'], [['b', 'InvalidParameter', true]]],
  );
  assert.deepEqual(
    (await receive(queues, url, 20)).map(({ Body }) => Body),
    ['one', 'three'],
  );
  const cases: [() => Promise<unknown>, name: string, message: RegExp][] = [
    [() => publish(topic, ''), 'InvalidParameterException', /Empty message/],
    [() => publish(topic, 'x'.repeat(262_145)), 'InvalidParameterException', /Message too long/],
    [() => publish(topic, 'm', { Subject: 'x'.repeat(101) }), 'InvalidParameterException', /Subject/],
    [
      () => publish(topic, '{"sqs":"x"}', { MessageStructure: 'json' }),
      'InvalidParameterException',
      /No default entry/,
    ],
    [() => publish(topic, 'no json', { MessageStructure: 'json' }), 'InvalidParameterException', /failed to parse/],
    [() => publish(`${topic}-none`, 'm'), 'NotFoundException', /Topic does not exist/],
    [() => publish('nothing', 'm'), 'InvalidParameterException', /TopicArn/],
    [
      () => topics.send(new sns.PublishCommand({ PhoneNumber: '+15550100', Message: 'm' })),
      'InvalidParameterException',
      /sends no text messages/,
    ],
    [
      () => topics.send(new sns.PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries: [] })),
      'EmptyBatchRequestException',
      /no entries/,
    ],
  ];
  for (const [call, name, message] of cases) {
    const told = await refusal(call());
    assert.equal(told.name, name, told.message);
    assert.match(told.message, message);
  }
});

test('a queue whose policy does not let the topic in gets nothing, which is counted; its dead-letter queue may', async () => {
  const topic = await makeTopic('refused');
  const silent = await makeQueue(queues, 'silent');
  const dead = await makeQueue(queues, 'silent-dead', { Policy: policyForTopic(queueArnOf('silent-dead'), topic) });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArnOf('silent-dead') });
  const subscribeSilent = { TopicArn: topic, Protocol: 'sqs', Endpoint: queueArnOf('silent') };
  await topics.send(new sns.SubscribeCommand({ ...subscribeSilent, Attributes: { RedrivePolicy } }));
  const refused = 'outcome="refused"';
  const before = await metric(shared, 'varve_topic_deliveries_total', refused);
  await publish(topic, 'lost');
  assert.equal(await metric(shared, 'varve_topic_deliveries_total', refused), before + 1);
  assert.deepEqual(await receive(queues, silent), []);
  assert.equal(envelopeOf((await receive(queues, dead, 20))[0]?.Body).Message, 'lost');
  // Another topic's ARN opens nothing.
  await queues.send(
    new sqs.SetQueueAttributesCommand({
      QueueUrl: silent,
      Attributes: { Policy: policyForTopic(queueArnOf('silent'), `${topic}-other`) },
    }),
  );
  await publish(topic, 'lost too');
  assert.deepEqual(await receive(queues, silent), []);
});

/** Subscribes the endpoint, and visits the link that it gets. */
async function confirmed(
  subscriber: Subscriber,
  topic: string,
  path: string,
  attributes: Record<string, string> = {},
  client = topics,
) {
  const { SubscriptionArn } = await client.send(
    new sns.SubscribeCommand({
      TopicArn: topic,
      Protocol: 'http',
      Endpoint: `${subscriber.url}${path}`,
      Attributes: attributes,
    }),
  );
  assert.equal(SubscriptionArn, 'pending confirmation');
  const asked = envelopeOf((await subscriber.next()).body);
  const visited = await fetch(asked.SubscribeURL ?? '');
  assert.equal(visited.status, 200);
  return /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(await visited.text())?.[1] ?? '';
}

test('an HTTP endpoint confirms by the link that it is sent, gets messages, and ends it by the link in them', async () => {
  const topic = await makeTopic('web');
  await withSubscriber(
    () => undefined,
    async (subscriber) => {
      await topics.send(
        new sns.SubscribeCommand({
          TopicArn: topic,
          Protocol: 'http',
          Endpoint: `${subscriber.url.replace('//', '//me:secret@')}/hook`,
        }),
      );
      const asked = await subscriber.next();
      assert.equal(asked.headers['x-amz-sns-message-type'], 'SubscriptionConfirmation');
      assert.equal(asked.headers.authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`);
      const { Token = '', SubscribeURL = '', Type } = envelopeOf(asked.body);
      assert.equal(Type, 'SubscriptionConfirmation');
      await publish(topic, 'too early');
      const { Subscriptions } = await topics.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }));
      assert.equal(Subscriptions?.[0]?.SubscriptionArn, 'PendingConfirmation');
      assert.match(Subscriptions?.[0]?.Endpoint ?? '', /^http:\/\/me:\*\*\*\*@/);
      const wrong = await refusal(topics.send(new sns.ConfirmSubscriptionCommand({ TopicArn: topic, Token: 'x' })));
      assert.match(wrong.message, /Token/);
      // As a browser asks for it.
      const visited = await fetch(SubscribeURL, { headers: { accept: 'text/html' }, redirect: 'manual' });
      assert.equal(visited.status, 200);
      const [, arn = ''] = /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(await visited.text()) ?? [];
      assert.equal((await fetch(SubscribeURL.replace(Token, 'y'))).status, 400);

      const { MessageId } = await publish(topic, 'now');
      const got = await subscriber.next();
      assert.equal(got.path, '/hook');
      assert.deepEqual(
        [
          'x-amz-sns-message-type',
          'x-amz-sns-message-id',
          'x-amz-sns-topic-arn',
          'x-amz-sns-subscription-arn',
          'content-type',
        ].map((name) => got.headers[name]),
        ['Notification', MessageId, topic, arn, 'text/plain; charset=UTF-8'],
      );
      const envelope = envelopeOf(got.body);
      assert.equal(envelope.Message, 'now');
      assert.equal((await fetch(envelope.UnsubscribeURL ?? '')).status, 200);
      const left = await topics.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }));
      assert.deepEqual(left.Subscriptions, []);
      assert.equal(subscriber.unread, 0);
    },
  );
});

test('who confirms with AuthenticateOnUnsubscribe keeps others from ending it without a signature', async () => {
  const topic = await makeTopic('guarded');
  await withSubscriber(
    () => undefined,
    async (subscriber) => {
      await topics.send(new sns.SubscribeCommand({ TopicArn: topic, Protocol: 'http', Endpoint: subscriber.url }));
      const { Token } = envelopeOf((await subscriber.next()).body);
      const { SubscriptionArn = '' } = await topics.send(
        new sns.ConfirmSubscriptionCommand({ TopicArn: topic, Token, AuthenticateOnUnsubscribe: 'true' }),
      );
      await publish(topic, 'm');
      const { UnsubscribeURL = '' } = envelopeOf((await subscriber.next()).body);
      const unsigned = await fetch(UnsubscribeURL);
      assert.equal(unsigned.status, 403);
      assert.match(await unsigned.text(), /<Code>AuthorizationError<\/Code>/);
      await topics.send(new sns.UnsubscribeCommand({ SubscriptionArn }));
    },
  );
});

const AT_ONCE = { minDelayTarget: 1, maxDelayTarget: 1, numRetries: 2, numNoDelayRetries: 2 };

test('an endpoint that fails is tried again as its policy says; one that refuses, or sends elsewhere, is not', async () => {
  const topic = await makeTopic('failing');
  const dead = await makeQueue(queues, 'failing-dead', { Policy: policyForTopic(queueArnOf('failing-dead'), topic) });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArnOf('failing-dead') });
  const statuses: Record<string, number[]> = { '/again': [500, 503], '/never': [404], '/broken': [500, 429, 500] };
  const answer = ({ path, headers }: Delivered) => {
    if (headers['x-amz-sns-message-type'] === 'SubscriptionConfirmation') return 200;
    if (path === '/moved') return { status: 302, headers: { location: '/elsewhere' } };
    return statuses[path]?.shift();
  };
  await withSubscriber(answer, async (subscriber) => {
    const attributes = { RedrivePolicy, DeliveryPolicy: JSON.stringify({ healthyRetryPolicy: AT_ONCE }) };
    const expected: Record<string, number> = { '/again': 3, '/never': 1, '/broken': 3, '/moved': 1 };
    for (const path of Object.keys(expected)) await confirmed(subscriber, topic, path, attributes);
    await publish(topic, 'm');
    const counted: Record<string, number> = {};
    for (let at = 0; at < 8; at += 1) {
      const { path } = await subscriber.next();
      counted[path] = (counted[path] ?? 0) + 1;
    }
    assert.deepEqual(counted, expected);
    let kept = 0;
    while (kept < 3) kept += (await receive(queues, dead, 20)).length;
    assert.equal(kept, 3);
    assert.equal(subscriber.unread, 0);
  });
});

test('what an endpoint has not got yet is delivered after a restart', () =>
  withSubscriber(
    (() => {
      let isUp = false;
      return ({ headers, path }: Delivered) => {
        if (path === '/up') isUp = true;
        return headers['x-amz-sns-message-type'] === 'Notification' && !isUp ? 503 : 200;
      };
    })(),
    (subscriber) =>
      withVarve({}, async (varve) => {
        const own = topicClient(varve.endpoint);
        const topic = await makeTopic('lasting', own);
        const retry = { minDelayTarget: 1, maxDelayTarget: 1, numRetries: 100 };
        const DeliveryPolicy = JSON.stringify({ healthyRetryPolicy: retry });
        await confirmed(subscriber, topic, '/', { DeliveryPolicy }, own);
        await publish(topic, 'kept', {}, own);
        assert.equal(envelopeOf((await subscriber.next()).body).Message, 'kept');
        await varve.restart();
        await fetch(`${subscriber.url}/up`, { method: 'POST' });
        for (;;) {
          const { path, body } = await subscriber.next();
          // Attempts from before come first.
          if (path === '/up') break;
          assert.equal(envelopeOf(body).Message, 'kept');
        }
        assert.equal(envelopeOf((await subscriber.next()).body).Message, 'kept');
        const again = topicClient(varve.endpoint);
        await publish(topic, 'next', {}, again);
        assert.equal(envelopeOf((await subscriber.next()).body).Message, 'next');
      }),
  ));
