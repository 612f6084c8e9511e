import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_RETRY, readDeliveryPolicy, retryDelayMs, type RetryPolicy } from './delivery-policy.ts';

/** Seconds before each retry, until it is not tried again. */
function delays(policy: RetryPolicy): number[] {
  const all: number[] = [];
  for (let retry = 1; ; retry += 1) {
    const delayMs = retryDelayMs(policy, retry);
    if (delayMs === undefined) return all;
    all.push(delayMs / 1000);
  }
}

test("AWS's default tries three times more, twenty seconds apart", () => {
  assert.deepEqual(delays(DEFAULT_RETRY), [20, 20, 20]);
});

test('retries go through the phases in order, the backoff along its curve', () => {
  const policy = { ...DEFAULT_RETRY, minDelayTarget: 1, maxDelayTarget: 100, numRetries: 9 };
  const phases = { ...policy, numNoDelayRetries: 2, numMinDelayRetries: 2, numMaxDelayRetries: 2 };
  assert.deepEqual(delays({ ...phases, backoffFunction: 'linear' }), [0, 0, 1, 1, 1, 50.5, 100, 100, 100]);
  assert.deepEqual(delays({ ...phases, backoffFunction: 'geometric' }), [0, 0, 1, 1, 1, 10, 100, 100, 100]);
  assert.deepEqual(delays({ ...policy, numRetries: 0 }), []);
  for (const backoffFunction of ['arithmetic', 'exponential', 'geometric', 'linear'] as const) {
    const all = delays({ ...policy, backoffFunction });
    assert.deepEqual([all[0], all.at(-1)], [1, 100]);
    assert.deepEqual(
      all,
      all.toSorted((a, b) => a - b),
      backoffFunction,
    );
  }
});

test('policies are read as topics and as subscriptions have them; what is out of bounds is refused', () => {
  const retry = { numRetries: 5, minDelayTarget: 2, maxDelayTarget: 4 };
  const ofTopic = JSON.stringify({ http: { defaultHealthyRetryPolicy: retry } });
  assert.deepEqual(readDeliveryPolicy(ofTopic, 'topic').retry, { ...DEFAULT_RETRY, ...retry });
  const ofSubscription = JSON.stringify({
    healthyRetryPolicy: retry,
    requestPolicy: { headerContentType: 'application/json' },
  });
  const read = readDeliveryPolicy(ofSubscription, 'subscription');
  assert.deepEqual([read.retry.numRetries, read.headerContentType, read.text], [5, 'application/json', ofSubscription]);
  const wrong: object[] = [
    { numRetries: 101 },
    { numRetries: 1.5 },
    { minDelayTarget: 0 },
    { minDelayTarget: 5, maxDelayTarget: 4 },
    { numRetries: 1, numNoDelayRetries: 2 },
    { backoffFunction: 'random' },
  ];
  for (const healthyRetryPolicy of wrong) {
    const text = JSON.stringify({ healthyRetryPolicy });
    assert.throws(() => readDeliveryPolicy(text, 'subscription'), { code: 'InvalidParameter' }, text);
  }
  for (const text of ['{', '[]', '{"what":1}', '{"requestPolicy":{"headerContentType":"image/png"}}']) {
    assert.throws(() => readDeliveryPolicy(text, 'subscription'), { code: 'InvalidParameter' }, text);
  }
});
