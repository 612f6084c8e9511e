import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChooser } from './choose.ts';
import type { Upstream } from './types.ts';

function named(name: string): Upstream {
  return { name, answer: () => Promise.reject(new Error('not called')), close: () => Promise.resolve() };
}

const upstreams = new Map(['local', 'aws', 'other'].map((name) => [name, named(name)]));
const PROFILE = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

function chosen(models: readonly string[], modelId: string, localModels = false): string | undefined {
  const rules = [
    { models, upstream: 'aws' },
    { models: ['anthropic.*'], upstream: 'other' },
  ];
  return createChooser(rules, upstreams, { localModels })(modelId, 'us-east-1')?.name;
}

test('the first rule that matches decides', () => {
  assert.equal(chosen(['*'], 'anthropic.claude-v2'), 'aws');
  assert.equal(chosen(['amazon.nova-*', 'meta.*'], 'anthropic.claude-v2'), 'other');
  assert.equal(chosen(['amazon.nova-*', 'meta.*'], 'meta.llama3-8b-instruct-v1:0'), 'aws');
});

test('a rule for models matches their profiles and ARNs too', () => {
  assert.equal(chosen([], PROFILE), 'other');
  assert.equal(chosen(['us.*'], PROFILE), 'aws');
  assert.equal(chosen([], `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${PROFILE}`), 'other');
  assert.equal(
    chosen(
      ['arn:aws:bedrock:*:application-inference-profile/a?c'],
      'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc',
    ),
    'aws',
  );
});

test('nobody answers for a model without a rule, unless local models are asked for', () => {
  assert.equal(chosen([], 'meta.llama3-8b-instruct-v1:0'), undefined);
  assert.equal(chosen([], 'meta.llama3-8b-instruct-v1:0', true), 'local');
  assert.equal(chosen([], 'does-not-exist', true), undefined);
});

test("Varve's own models are always answered by the built-in one", () => {
  assert.equal(chosen(['*'], 'varve.echo-v1'), 'local');
  assert.equal(chosen([], 'varve.embed-v1'), 'local');
});

test('a rule for an upstream that is not configured is told to the operator', () => {
  assert.throws(() => createChooser([{ models: ['*'], upstream: 'gone' }], upstreams, { localModels: false }), {
    name: 'OperationalError',
    reason: 'upstream-unknown',
    message: /"\*".*"gone"/,
  });
});

test('a pattern of many stars is matched in bounded time', () => {
  assert.equal(chosen([`${'*a'.repeat(50)}b`], 'a'.repeat(5_000)), undefined);
});
