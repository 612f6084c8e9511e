import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Clock, randomIds } from '#base';
import { openState } from '#state';
import { type Queue, Queues, type ReceivedMessage } from './index.ts';

const SCOPE = { accountId: '123456789012', region: 'us-east-1' };
const SENDER = 'AIDAEXAMPLE';

interface Kit {
  readonly queues: Queues;
  advance(seconds: number): void;
  nowMs(): number;
  make(name: string, attributes?: Record<string, string>): Promise<Queue>;
  send(queue: Queue, ...bodies: string[]): Promise<string[]>;
  take(queue: Queue, visibilitySeconds?: number, messagesMax?: number): Promise<ReceivedMessage[]>;
  /** Closes the room and opens it on the same state. */
  reopen(): Promise<void>;
}

async function withQueues(work: (kit: Kit) => Promise<void>, inFlightMax?: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-queues-'));
  const state = await openState(join(folder, 'state.sqlite'));
  let ms = Date.parse('2026-11-21T12:00:00Z');
  const clock: Clock = { nowMs: () => ms, monotonicMs: () => ms };
  const open = (): Promise<Queues> =>
    Queues.open({
      state,
      clock,
      ids: randomIds,
      onSweepFailure: (error) => assert.fail(String(error)),
      ...(inFlightMax === undefined ? {} : { inFlightMax }),
    });
  let queues = await open();
  try {
    await work({
      get queues() {
        return queues;
      },
      advance: (seconds) => {
        ms += seconds * 1000;
      },
      nowMs: () => ms,
      make: (name, attributes = {}) => queues.create(SCOPE, name, attributes, {}),
      send: async (queue, ...bodies) => {
        const sent = await queues.send(
          queue,
          bodies.map((body) => ({ body, senderId: SENDER })),
        );
        return sent.map(({ messageId }) => messageId);
      },
      take: (queue, visibilitySeconds = 30, messagesMax = 10) =>
        queues.receive(queue, { messagesMax, visibilitySeconds, waitSeconds: 0 }),
      reopen: async () => {
        await queues.close();
        queues = await open();
      },
    });
  } finally {
    await queues.close();
    await state.close();
    await rm(folder, { recursive: true });
  }
}

const bodies = (messages: readonly ReceivedMessage[]): string[] => messages.map(({ body }) => body);

test('a received message is hidden until its timeout is over, and its newest handle alone deletes it', () =>
  withQueues(async ({ queues, make, send, take, advance }) => {
    const queue = await make('q');
    await send(queue, 'one');
    const [first] = await take(queue);
    assert.ok(first);
    assert.deepEqual([first.body, first.senderId, first.receiveCount], ['one', SENDER, 1]);
    assert.deepEqual(await take(queue), []);
    advance(29.9);
    assert.deepEqual(await take(queue), []);
    advance(0.1);
    const [second] = await take(queue);
    assert.ok(second);
    assert.equal(second.receiveCount, 2);
    assert.equal(second.firstReceivedMs, first.firstReceivedMs);
    await queues.deleteMessages(queue, [first.receiptHandle]);
    advance(30);
    const [third] = await take(queue);
    assert.equal(third?.receiveCount, 3, 'an older handle deletes nothing');
    await queues.deleteMessages(queue, [third?.receiptHandle ?? '']);
    await queues.deleteMessages(queue, [third?.receiptHandle ?? '']);
    advance(30);
    assert.deepEqual(await take(queue), []);
  }));

test('visibility is changed while a message is in flight only, and to twelve hours after its receive at most', () =>
  withQueues(async ({ queues, make, send, take, advance }) => {
    const queue = await make('q');
    await send(queue, 'one');
    const [got] = await take(queue);
    const handle = got?.receiptHandle ?? '';
    advance(10);
    await assert.rejects(queues.changeVisibility(queue, handle, 43_200), /beyond the limit \[43200 seconds\]/);
    await queues.changeVisibility(queue, handle, 43_190);
    advance(40_000);
    assert.deepEqual(await take(queue), []);
    await queues.changeVisibility(queue, handle, 0);
    assert.deepEqual(bodies(await take(queue, 1)), ['one']);
    await assert.rejects(queues.changeVisibility(queue, handle, 10), /not available for visibility timeout change/);
    await assert.rejects(queues.changeVisibility(queue, 'nonsense', 10), { code: 'ReceiptHandleIsInvalid' });
  }));

test('messages come when their delay is over and go when the retention is, which may be changed later', () =>
  withQueues(async ({ queues, make, send, take, advance }) => {
    const queue = await make('q', { DelaySeconds: '5', MessageRetentionPeriod: '120' });
    await send(queue, 'delayed');
    await queues.send(queue, [{ body: 'at once', senderId: SENDER, delaySeconds: 0 }]);
    const counts = async () => {
      const texts = await queues.attributes(queues.find(SCOPE, 'q') ?? queue, ['All']);
      return ['', 'NotVisible', 'Delayed'].map((what) => texts[`ApproximateNumberOfMessages${what}`]);
    };
    assert.deepEqual(await counts(), ['1', '0', '1']);
    assert.deepEqual(bodies(await take(queue)), ['at once']);
    assert.deepEqual(await counts(), ['0', '1', '1']);
    advance(5);
    assert.deepEqual(bodies(await take(queue)), ['delayed']);
    advance(60);
    assert.equal((await take(queue, 0)).length, 2);
    await queues.setAttributes(queue, { MessageRetentionPeriod: '60' });
    assert.deepEqual(await take(queues.find(SCOPE, 'q') ?? queue), []);
    assert.deepEqual(await counts(), ['0', '0', '0']);
  }));

test('a message that was received too often goes to the dead-letter queue with its id and its count', () =>
  withQueues(async ({ queues, make, send, take }) => {
    const dead = await make('dead');
    const redrive = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
    const queue = await make('q', { RedrivePolicy: redrive });
    const [id] = await send(queue, 'poison');
    assert.equal((await take(queue, 0)).length, 1);
    assert.equal((await take(queue, 0)).length, 1);
    await send(queue, 'good');
    assert.deepEqual(bodies(await take(queue, 0)), ['good'], 'what stands behind a poisoned one is not held up');
    const [moved] = await take(dead);
    assert.deepEqual(
      [moved?.messageId, moved?.body, moved?.receiveCount, moved?.deadLetterSourceArn],
      [id, 'poison', 3, queue.arn],
    );
    assert.deepEqual(
      queues.deadLetterSources(dead).map(({ name }) => name),
      ['q'],
    );
    await queues.delete(dead);
    assert.deepEqual(bodies(await take(queue, 0)), ['good']);
    assert.deepEqual(bodies(await take(queue, 0)), ['good'], 'without its dead-letter queue it stays where it is');
  }));

test('a dead-letter queue must be there, in the same account and Region, and allow the source', () =>
  withQueues(async ({ queues, make }) => {
    const redriveTo = (deadLetterTargetArn: string): Record<string, string> => ({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: '3' }),
    });
    await assert.rejects(make('q', redriveTo('arn:aws:sqs:us-east-1:123456789012:none')), /does not exist/);
    await assert.rejects(make('q', redriveTo('arn:aws:sqs:eu-west-1:123456789012:none')), /same account and Region/);
    const dead = await make('dead', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    await assert.rejects(make('q', redriveTo(dead.arn)), /does not allow this source queue/);
    const allow = { redrivePermission: 'byQueue', sourceQueueArns: ['arn:aws:sqs:us-east-1:123456789012:q'] };
    await queues.setAttributes(dead, { RedriveAllowPolicy: JSON.stringify(allow) });
    assert.equal((await make('q', redriveTo(dead.arn))).settings.redrivePolicy?.maxReceiveCount, 3);
    await assert.rejects(make('other', redriveTo(dead.arn)), /does not allow this source queue/);
  }));

test('a purge and a deletion leave nothing behind, and a queue made again is another', () =>
  withQueues(async (kit) => {
    const { queues, make, send, take, advance, reopen } = kit;
    const queue = await make('q');
    await send(queue, 'one', 'two');
    const [held] = await take(queue, 600, 1);
    await queues.purge(queue);
    await assert.rejects(queues.purge(queue), { code: 'PurgeQueueInProgress' });
    assert.deepEqual(await take(queue, 0), []);
    await queues.deleteMessages(queue, [held?.receiptHandle ?? '']);
    await send(queue, 'three');
    assert.deepEqual(bodies(await take(queue, 0)), ['three']);
    advance(60);
    await queues.purge(queue);
    await send(queue, 'four');
    await queues.delete(queue);
    await assert.rejects(send(queue, 'five'), { code: 'QueueDoesNotExist' });
    const again = await make('q');
    assert.notEqual(again.generation, queue.generation);
    assert.deepEqual(await take(again, 0), []);
    await assert.rejects(send(queue, 'five'), { code: 'QueueDoesNotExist' }, 'the deleted one stays deleted');
    await assert.rejects(queues.deleteMessages(again, [held?.receiptHandle ?? '']), { code: 'ReceiptHandleIsInvalid' });
    await send(again, 'kept');
    await reopen();
    assert.deepEqual(bodies(await take(again, 0)), ['kept']);
  }));

test('what was received stays hidden over a restart, and settings and tags stay', () =>
  withQueues(async (kit) => {
    const { queues, make, send, take, advance, reopen } = kit;
    const queue = await make('q', { VisibilityTimeout: '77' });
    await queues.setTags(queue, () => ({ team: 'audit' }));
    await send(queue, 'one', 'two');
    assert.deepEqual(bodies(await take(queue, 100, 1)), ['one']);
    await reopen();
    const reopened = kit.queues.find(SCOPE, 'q');
    assert.deepEqual([reopened?.settings.visibilitySeconds, reopened?.tags], [77, { team: 'audit' }]);
    assert.deepEqual(bodies(await take(queue, 100)), ['two']);
    advance(100);
    assert.deepEqual(bodies(await take(queue)), ['one', 'two']);
  }));

test('at most so many messages are in flight; asking for more is OverLimit, waiting for more is nothing', () =>
  withQueues(async ({ queues, make, send, take, advance }) => {
    const queue = await make('q');
    await send(queue, 'a', 'b', 'c', 'd', 'e');
    assert.equal((await take(queue, 30)).length, 3);
    await assert.rejects(take(queue, 30), { code: 'OverLimit' });
    const waiting = new AbortController();
    const polled = queues.receive(queue, {
      messagesMax: 1,
      visibilitySeconds: 30,
      waitSeconds: 20,
      signal: waiting.signal,
    });
    waiting.abort();
    assert.deepEqual(await polled, []);
    advance(30);
    assert.equal((await take(queue, 30, 2)).length, 2);
    assert.equal((await take(queue, 30)).length, 1);
  }, 3));

test('a receiver that waits gets what is sent, in the order of asking, and nothing once it has gone', () =>
  withQueues(async ({ queues, make, send, take }) => {
    const queue = await make('q');
    const gone = new AbortController();
    const poll = (signal?: AbortSignal): Promise<ReceivedMessage[]> =>
      queues.receive(queue, { messagesMax: 1, visibilitySeconds: 30, waitSeconds: 20, ...(signal && { signal }) });
    const first = poll(gone.signal);
    const second = poll();
    const third = poll();
    gone.abort();
    assert.deepEqual(await first, []);
    await send(queue, 'one');
    assert.deepEqual(bodies(await second), ['one']);
    await send(queue, 'two');
    assert.deepEqual(bodies(await third), ['two']);
    const [held] = [await poll(AbortSignal.abort())];
    assert.deepEqual(held, []);
    const last = poll();
    queues.endWaits();
    assert.deepEqual(await last, [], 'the server stops');
    assert.deepEqual(await take(queue), []);
  }));

test('a receiver that waits gets a message whose visibility is given back, and one that is moved to its queue', () =>
  withQueues(async ({ queues, make, send, take }) => {
    const dead = await make('dead');
    const redrive = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
    const queue = await make('q', { RedrivePolicy: redrive });
    const poll = (of: Queue): Promise<ReceivedMessage[]> =>
      queues.receive(of, { messagesMax: 1, visibilitySeconds: 30, waitSeconds: 20 });
    await send(queue, 'one');
    const [held] = await take(queue, 600);
    const waiting = poll(queue);
    await queues.changeVisibility(queue, held?.receiptHandle ?? '', 0);
    const [again] = await waiting;
    assert.equal(again?.body, 'one');
    const ofDead = poll(dead);
    await queues.changeVisibility(queue, again?.receiptHandle ?? '', 0);
    assert.deepEqual(await take(queue), []);
    assert.deepEqual(bodies(await ofDead), ['one']);
  }));

test('a message that becomes visible by time alone wakes the receiver that waits', () =>
  withQueues(async ({ queues, make, advance }) => {
    const queue = await make('q');
    await queues.send(queue, [{ body: 'later', senderId: SENDER, delaySeconds: 1 }]);
    const polled = queues.receive(queue, { messagesMax: 1, visibilitySeconds: 30, waitSeconds: 20 });
    // The timer is the machine's; by then it is as late as that.
    advance(1);
    assert.deepEqual(bodies(await polled), ['later']);
  }));

/** Reproducible: the seed is printed with a failure. */
function randomFrom(seed: number): (below: number) => number {
  let value = seed;
  return (below) => {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((value / 2 ** 32) * below);
  };
}

for (const seed of [1, 2, 3, 4, 5]) {
  test(`whatever receivers do, a message is with one of them at a time and none is lost (seed ${seed})`, () =>
    withQueues(async (kit) => {
      const { make, send, advance, nowMs, reopen } = kit;
      const random = randomFrom(seed);
      const queue = await make('q', { MessageRetentionPeriod: '1209600' });
      const alive = new Set<string>();
      const hiddenUntilMs = new Map<string, number>();
      const held = new Map<string, string>();
      for (let step = 0; step < 150; step += 1) {
        const what = random(10);
        if (what < 3) {
          const ids = await send(queue, ...Array.from({ length: 1 + random(4) }, (_, at) => `m${step}.${at}`));
          for (const id of ids) alive.add(id);
        } else if (what < 7) {
          const visibilitySeconds = random(40);
          const receivers = Array.from({ length: 1 + random(4) }, () =>
            kit.queues.receive(queue, { messagesMax: 1 + random(10), visibilitySeconds, waitSeconds: 0 }),
          );
          const got = (await Promise.all(receivers)).flat();
          for (const { messageId, receiptHandle } of got) {
            assert.ok(alive.has(messageId), 'a deleted message came back');
            assert.ok((hiddenUntilMs.get(messageId) ?? 0) <= nowMs(), 'a message is with two receivers');
            hiddenUntilMs.set(messageId, nowMs() + visibilitySeconds * 1000);
            held.set(messageId, receiptHandle);
          }
        } else if (what === 7) {
          const [messageId, handle] = [...held][random(held.size)] ?? [];
          if (messageId === undefined || handle === undefined) continue;
          await kit.queues.deleteMessages(queue, [handle]);
          alive.delete(messageId);
          held.delete(messageId);
        } else if (what === 8) {
          const [messageId, handle] = [...held][random(held.size)] ?? [];
          if (messageId === undefined || handle === undefined || (hiddenUntilMs.get(messageId) ?? 0) <= nowMs())
            continue;
          const seconds = random(60);
          await kit.queues.changeVisibility(queue, handle, seconds);
          hiddenUntilMs.set(messageId, nowMs() + seconds * 1000);
        } else if (random(10) === 0) await reopen();
        else advance(random(30));
      }
      advance(100);
      const left = new Set<string>();
      for (;;) {
        const got = await kit.queues.receive(queue, { messagesMax: 10, visibilitySeconds: 1000, waitSeconds: 0 });
        if (got.length === 0) break;
        for (const { messageId } of got) left.add(messageId);
      }
      assert.deepEqual(left, alive);
    }));
}
