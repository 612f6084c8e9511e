import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InvocationFacts } from '../types.ts';
import { INVOKE_MODEL } from './fixtures.ts';
import { auditErrorCode, auditEventOf } from './of-invocation.ts';

const { endedMs, responseElements, ...audit } = INVOKE_MODEL;

function facts(of: Partial<InvocationFacts> = {}, additional?: { callWithBearerToken: true }): InvocationFacts {
  return {
    begin: {
      requestId: audit.requestId,
      accountId: audit.accountId,
      region: audit.region,
      timestampMs: audit.receivedMs,
      operation: 'InvokeModel',
      modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
      identityArn: audit.identity.arn ?? '',
      upstream: 'local',
      audit: { ...audit, ...(additional && { additional }) },
    },
    outcome: 'ok',
    tokens: {},
    latencyMs: endedMs - audit.receivedMs,
    ...of,
  };
}

test("a model call's event is what its entries carry", () => {
  assert.deepEqual(auditEventOf(facts()), { ...audit, endedMs, responseElements });
});

test('a refusal is AccessDenied, other errors keep their name', () => {
  const refused = auditEventOf(facts({ errorCode: 'AccessDeniedException', errorMessage: 'not you' }));
  assert.equal(refused?.errorCode, 'AccessDenied');
  assert.equal(refused.errorMessage, 'not you');
  assert.equal(auditErrorCode('ValidationException'), 'ValidationException');
});

test('the Region of the model is told where a profile took the call to another, beside what is known of the caller', () => {
  const bearer = { callWithBearerToken: true } as const;
  assert.equal(auditEventOf(facts({ inferenceRegion: audit.region }))?.additional, undefined);
  assert.deepEqual(auditEventOf(facts({ inferenceRegion: 'eu-west-1' }))?.additional, { inferenceRegion: 'eu-west-1' });
  assert.deepEqual(auditEventOf(facts({ inferenceRegion: 'eu-west-1' }, bearer))?.additional, {
    callWithBearerToken: true,
    inferenceRegion: 'eu-west-1',
  });
});

test('calls of journals from before there were events have none', () => {
  const { audit: _, ...begin } = facts().begin;
  assert.equal(auditEventOf({ ...facts(), begin }), undefined);
});
