/** Messages of queues by the SDK, which checks every MD5 itself: single and in batches, with attributes, waiting for them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sqs from '@aws-sdk/client-sqs';
import { refusal } from '../calls.ts';
import { ACCOUNT, withVarve } from '../harness.ts';
import { makeQueue, queueClient, receive } from '../messaging.ts';
import { eventually } from '../records.ts';
import { shareVarve } from '../shared.ts';

const { endpoint } = await shareVarve({});
const client = queueClient(endpoint);

function send(url: string, body: string, more: Partial<sqs.SendMessageCommandInput> = {}) {
  return client.send(new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: body, ...more }));
}

test('a message comes back with its attributes, and what SQS tells of it, until it is deleted', async () => {
  const url = await makeQueue(client, 'whole');
  const attributes: Record<string, sqs.MessageAttributeValue> = {
    'app.name': { DataType: 'String', StringValue: 'varvé' },
    'app.count': { DataType: 'Number.int', StringValue: '-1.5e3' },
    bytes: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 255, 7]) },
  };
  const sent = await send(url, 'grüße 🙂\n\t', {
    MessageAttributes: attributes,
    MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5e' } },
    MessageGroupId: 'tenant-1',
  });
  const [message] = await receive(client, url);
  assert.equal(message?.MessageId, sent.MessageId);
  assert.equal(message?.Body, 'grüße 🙂\n\t');
  assert.deepEqual(message?.MessageAttributes, attributes);
  assert.equal(message?.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
  const { SentTimestamp, ApproximateFirstReceiveTimestamp, ...told } = message?.Attributes ?? {};
  assert.ok(Number(ApproximateFirstReceiveTimestamp) >= Number(SentTimestamp));
  assert.deepEqual(told, {
    SenderId: ACCOUNT,
    ApproximateReceiveCount: '1',
    AWSTraceHeader: 'Root=1-5e',
    MessageGroupId: 'tenant-1',
  });
  await client.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
  await client.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
  assert.deepEqual(await receive(client, url), []);
});

test('a receiver gets the attributes that it asks for, by name and by beginning, with an MD5 of these', async () => {
  const url = await makeQueue(client, 'chosen');
  const value = { DataType: 'String', StringValue: 'x' };
  await send(url, 'm', { MessageAttributes: { 'app.a': value, 'app.b': value, other: value } });
  const ask = async (names: string[], system: sqs.MessageSystemAttributeName[] = []) => {
    const [message] = await receive(client, url, 0, {
      VisibilityTimeout: 0,
      MessageAttributeNames: names,
      MessageSystemAttributeNames: system,
    });
    return [Object.keys(message?.MessageAttributes ?? {}), Object.keys(message?.Attributes ?? {})];
  };
  assert.deepEqual(await ask([]), [[], []]);
  assert.deepEqual(await ask(['other', 'missing'], ['SenderId']), [['other'], ['SenderId']]);
  assert.deepEqual(await ask(['app.*']), [['app.a', 'app.b'], []]);
  assert.deepEqual((await ask(['.*']))[0]?.length, 3);
  // Clients from before 2024 ask for what SQS tells under the older name, which the model gives another list of values.
  const [older] = await receive(client, url, 0, {
    VisibilityTimeout: 0,
    MessageSystemAttributeNames: [],
    AttributeNames: ['SentTimestamp' as sqs.QueueAttributeName],
  });
  assert.deepEqual(Object.keys(older?.Attributes ?? {}), ['SentTimestamp']);
});

test('a batch is sent, hidden longer and deleted entry by entry; what is wrong with one does not harm the others', async () => {
  const url = await makeQueue(client, 'batches');
  const sent = await client.send(
    new sqs.SendMessageBatchCommand({
      QueueUrl: url,
      Entries: [
        { Id: 'a', MessageBody: 'first' },
        { Id: 'b', MessageBody: 'bell \u0007' },
        { Id: 'c', MessageBody: 'third', MessageAttributes: { n: { DataType: 'Number', StringValue: '7' } } },
        { Id: 'd', MessageBody: 'late', DelaySeconds: 901 },
      ],
    }),
  );
  assert.deepEqual(
    sent.Successful?.map(({ Id }) => Id),
    ['a', 'c'],
  );
  assert.deepEqual(
    sent.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]),
    [
      ['b', 'InvalidMessageContents', true],
      ['d', 'InvalidParameterValue', true],
    ],
  );
  const got = await receive(client, url);
  assert.deepEqual(
    got.map(({ Body }) => Body),
    ['first', 'third'],
  );
  const entries = [
    ...got.map(({ ReceiptHandle }, at) => ({ Id: `e${at}`, ReceiptHandle })),
    { Id: 'x', ReceiptHandle: 'no' },
  ];
  const changed = await client.send(
    new sqs.ChangeMessageVisibilityBatchCommand({
      QueueUrl: url,
      Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 })),
    }),
  );
  assert.deepEqual([changed.Successful?.length, changed.Failed?.[0]?.Code], [2, 'ReceiptHandleIsInvalid']);
  const again = await receive(client, url);
  assert.equal(again.length, 2);
  const deleted = await client.send(
    new sqs.DeleteMessageBatchCommand({
      QueueUrl: url,
      Entries: again.map(({ ReceiptHandle }, at) => ({ Id: `e${at}`, ReceiptHandle })),
    }),
  );
  assert.equal(deleted.Successful?.length, 2);
  assert.deepEqual(await receive(client, url), []);
});

test('a receiver that waits gets the message as it is sent; ten of them get one each', async () => {
  const url = await makeQueue(client, 'waiting', { ReceiveMessageWaitTimeSeconds: '20' });
  const receivers = Array.from({ length: 10 }, () =>
    client.send(new sqs.ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 1 })),
  );
  const Entries = Array.from({ length: 10 }, (_, at) => ({ Id: `${at}`, MessageBody: `${at}` }));
  await client.send(new sqs.SendMessageBatchCommand({ QueueUrl: url, Entries }));
  const bodies = (await Promise.all(receivers)).flatMap(({ Messages = [] }) => Messages.map(({ Body = '' }) => Body));
  assert.deepEqual(bodies.toSorted(), ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  assert.deepEqual(await receive(client, url, 1), [], 'nobody sends: the time passes');
});

test('messages, and that one is with a receiver, are there after a restart', () =>
  withVarve({}, async (varve) => {
    let own = queueClient(varve.endpoint);
    await makeQueue(own, 'lasting');
    const url = (): string => `${varve.endpoint}/${ACCOUNT}/lasting`;
    for (const body of ['one', 'two']) {
      await own.send(new sqs.SendMessageCommand({ QueueUrl: url(), MessageBody: body }));
    }
    const held = await receive(own, url(), 0, { MaxNumberOfMessages: 1, VisibilityTimeout: 600 });
    await varve.restart();
    own = queueClient(varve.endpoint);
    const rest = await receive(own, url());
    assert.deepEqual(
      [held, rest].flat().map(({ Body }) => Body),
      ['one', 'two'],
    );
    await own.send(new sqs.DeleteMessageCommand({ QueueUrl: url(), ReceiptHandle: held[0]?.ReceiptHandle }));
  }));

test('a server that stops lets receivers that wait go with nothing', () =>
  withVarve({}, async (varve) => {
    const own = queueClient(varve.endpoint);
    const url = await makeQueue(own, 'stopping');
    const waiting = receive(own, url, 20);
    // Who asks for the number of requests is one of them.
    await eventually('the receiver', async () => {
      const metrics = await (await fetch(`${varve.endpoint}/_varve/metrics`)).text();
      return /^varve_requests_active 2$/m.test(metrics) || undefined;
    });
    await varve.varve.stop('the test');
    assert.deepEqual(await waiting, []);
  }));

test('what SQS does not take is refused with its code and its words', async () => {
  const url = await makeQueue(client, 'refusing', { MaximumMessageSize: '1024' });
  const value = (DataType: string, StringValue: string) => ({ MessageAttributes: { name: { DataType, StringValue } } });
  const many = Object.fromEntries(
    Array.from({ length: 11 }, (_, at) => [`a${at}`, { DataType: 'String', StringValue: 'x' }]),
  );
  const batch = (Entries: sqs.SendMessageBatchRequestEntry[]) =>
    client.send(new sqs.SendMessageBatchCommand({ QueueUrl: url, Entries }));
  const entry = (Id: string) => ({ Id, MessageBody: 'm' });
  const cases: [() => Promise<unknown>, string, RegExp, number?][] = [
    [() => send(url, ''), 'MissingParameter', /must contain the parameter MessageBody/],
    [() => send(url, 'x'.repeat(1025)), 'InvalidParameterValue', /Message must be shorter than 1024 bytes/],
    [() => send(url, 'x'.repeat(1020), value('String', 'x')), 'InvalidParameterValue', /shorter than 1024/],
    [() => send(url, '\uffff'), 'InvalidMessageContents', /Invalid characters found/],
    [() => send(url, 'm', { DelaySeconds: -1 }), 'InvalidParameterValue', /DelaySeconds must be >= 0 and <= 900/],
    [() => send(url, 'm', { MessageDeduplicationId: 'd' }), 'InvalidParameterValue', /not valid for this queue type/],
    [
      () => send(url, 'm', { MessageAttributes: many }),
      'InvalidParameterValue',
      /\[11\] exceeds the allowed maximum \[10\]/,
    ],
    [() => send(url, 'm', value('Text', 'x')), 'InvalidParameterValue', /type prefixes is Binary, Number, and String/],
    [() => send(url, 'm', value('Number', 'seven')), 'InvalidParameterValue', /Can't cast/],
    [() => send(url, 'm', value('String', '')), 'InvalidParameterValue', /non-empty message attribute value/],
    [() => receive(client, url, 0, { MaxNumberOfMessages: 11 }), 'InvalidParameterValue', /Must be between 1 and 10/],
    [() => receive(client, url, 21), 'InvalidParameterValue', /Must be >= 0 and <= 20/],
    [() => receive(client, url, 0, { VisibilityTimeout: 43_201 }), 'InvalidParameterValue', /between 0 and 43200/],
    [() => send(`${url}-none`, 'm'), 'QueueDoesNotExist', /^The specified queue does not exist\.$/],
    [() => send('https://example.com/', 'm'), 'InvalidAddress', /is not valid for this endpoint/, 404],
    [() => batch([]), 'EmptyBatchRequest', /at least one SendMessageBatchRequestEntry/],
    [() => batch([entry('a'), entry('a')]), 'BatchEntryIdsNotDistinct', /Id a repeated/],
    [() => batch([entry('a b')]), 'InvalidBatchEntryId', /alphanumeric/],
    [
      () => batch(Array.from({ length: 11 }, (_, at) => entry(`${at}`))),
      'TooManyEntriesInBatchRequest',
      /Maximum number of entries per request are 10\. You have sent 11\./,
    ],
  ];
  for (const [call, name, message, status = 400] of cases) {
    const told = await refusal(call());
    assert.deepEqual([told.name, told.status], [name, status], told.message);
    assert.match(told.message, message);
  }
  assert.deepEqual(await receive(client, url), [], 'nothing of it was kept');
});

test('a batch of more than 1 MiB together is refused whole', async () => {
  const url = await makeQueue(client, 'heavy');
  const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) }));
  const told = await refusal(client.send(new sqs.SendMessageBatchCommand({ QueueUrl: url, Entries })));
  assert.equal(told.name, 'BatchRequestTooLong');
  assert.match(told.message, /cannot be longer than 1048576 bytes\. You have sent 1200000 bytes/);
  await send(url, 'x'.repeat(1_048_576));
  assert.equal((await receive(client, url))[0]?.Body?.length, 1_048_576);
});
