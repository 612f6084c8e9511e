/** A server that is killed while messages are sent: each that was acknowledged is there, and each that was deleted is gone. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as sqs from '@aws-sdk/client-sqs';
import { ACCOUNT } from '../harness.ts';
import { makeQueue, queueClient, receive } from '../messaging.ts';
import { ServerProcess } from './server-process.ts';

const KILLS = 3;
const SENDERS = 8;
/** The kill comes after so many acknowledgements, with others under way. */
const ACKNOWLEDGED_BEFORE = 60;

test('acknowledged messages survive kill -9', { timeout: 180_000 }, async (context) => {
  const place = await mkdtemp(join(tmpdir(), 'varve-queues-killed-'));
  let server = await ServerProcess.spawn({ dataDir: join(place, 'data') });
  context.after(async () => {
    server.end();
    await server.exited;
    await rm(place, { recursive: true, force: true, maxRetries: 5 });
  });
  const acknowledged = new Set<string>();
  const sent = new Set<string>();
  const deleted = new Set<string>();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const endpoint = await server.listening();
    const client = queueClient(endpoint);
    await makeQueue(client, 'killed');
    const url = `${endpoint}/${ACCOUNT}/killed`;
    let count = 0;
    const reached = Promise.withResolvers<void>();
    const sender = async (name: number): Promise<void> => {
      for (let at = 0; ; at += 1) {
        const body = `${kill}.${name}.${at}`;
        sent.add(body);
        await client.send(new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: body }));
        acknowledged.add(body);
        count += 1;
        if (count === ACKNOWLEDGED_BEFORE) reached.resolve();
      }
    };
    const [first] = await receive(client, url, 0, { MaxNumberOfMessages: 1 });
    if (first?.Body !== undefined) {
      await client.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first.ReceiptHandle }));
      deleted.add(first.Body);
    }
    const senders = Array.from({ length: SENDERS }, (_, name) => sender(name).catch(() => undefined));
    await reached.promise;
    await server.killGroup();
    await Promise.all(senders);
    server = await ServerProcess.spawn({ dataDir: join(place, 'data') });
  }
  const endpoint = await server.listening();
  const client = queueClient(endpoint);
  const found = new Set<string>();
  for (;;) {
    const messages = await receive(client, `${endpoint}/${ACCOUNT}/killed`, 0, { VisibilityTimeout: 600 });
    if (messages.length === 0) break;
    for (const { Body = '' } of messages) {
      assert.ok(!found.has(Body), `${Body} is there twice`);
      found.add(Body);
    }
  }
  assert.equal(deleted.size, KILLS - 1);
  for (const body of acknowledged) assert.notEqual(found.has(body), deleted.has(body), `${body} was acknowledged`);
  for (const body of found) assert.ok(sent.has(body), `${body} was never sent`);
});
