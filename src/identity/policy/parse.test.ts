import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { MalformedPolicy, type PolicyKind } from './document.ts';
import { evaluate } from './evaluator.ts';
import { parsePolicy, POLICY_CHARS_MAX } from './parse.ts';

const FUZZ_ROUNDS = 20_000;
const KINDS: readonly PolicyKind[] = ['identity', 'trust', 'resource'];
/** Allows nothing: whatever is made of it by chance must not allow what nobody wrote. */
const SEED = JSON.stringify({
  Version: '2012-10-17',
  Id: 'x',
  Statement: [
    {
      Sid: 'One',
      Effect: 'Allow',
      Principal: { AWS: ['123456789012'], Service: 'logs.amazonaws.com' },
      Action: ['s3:GetObject', 'sts:AssumeRole'],
      Resource: ['arn:aws:s3:::bucket/${aws:username}/*'],
      Condition: { 'ForAnyValue:StringLikeIfExists': { 'aws:PrincipalTag/a': ['a*', 'b?'] }, Bool: { 'a:b': true } },
    },
  ],
});

test(`${FUZZ_ROUNDS} garbled documents are read or refused in words, and evaluated without a crash`, () => {
  const pieces = [
    ...SEED,
    'null',
    '[]',
    '{}',
    '"*"',
    '"Not',
    '${',
    '${*}',
    '}',
    '1e999',
    '-1',
    '\\u0000',
    '\ud800',
    '__proto__',
    'NotPrincipal',
  ];
  let read = 0;
  for (let round = 0; round < FUZZ_ROUNDS; round += 1) {
    const characters = [...SEED];
    for (let edits = randomInt(1, 4); edits > 0; edits -= 1) {
      const piece = pieces[randomInt(pieces.length)] ?? '';
      characters.splice(randomInt(characters.length), randomInt(4), ...(randomInt(3) ? [piece] : []));
    }
    const text = characters.join('');
    for (const kind of KINDS) {
      try {
        const policy = parsePolicy(text, kind);
        read += 1;
        evaluate({
          policies: [policy],
          action: 'iam:CreateUser',
          resource: '*',
          principal: { type: 'anonymous' },
          context: { 'a:b': 'true', 'aws:username': ['x', 'y'] },
        });
      } catch (error) {
        assert.ok(error instanceof MalformedPolicy && error.message !== '', `${String(error)} for ${text}`);
      }
    }
  }
  assert.ok(read > 0, 'some of the fuzz must be read to mean anything');
});

test('documents that are too long, too deep or name things of the language itself are refused', () => {
  const statement = (more: string): string =>
    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"${more}}]}`;
  for (const text of [
    ' '.repeat(POLICY_CHARS_MAX + 1),
    '['.repeat(10_000),
    statement(',"__proto__":{}'),
    statement(',"Condition":{"__proto__":{"a:b":"c"}}'),
    statement(',"Condition":{"toString":{"a:b":"c"}}'),
    statement(',"Condition":{"StringEquals":{"a:b":{"c":"d"}}}'),
    statement(',"Condition":{"StringEquals":{"nokey":"c"}}'),
    statement(',"Condition":{"StringEquals":[]}'),
    statement(',"Sid":1'),
    statement(',"Sid":"not alphanumeric"'),
  ]) {
    assert.throws(() => parsePolicy(text, 'identity'), MalformedPolicy, text.slice(0, 100));
  }
});

test('one statement may stand without a list, and two with the same Sid may not', () => {
  const one = { Effect: 'Allow', Action: 's3:*', Resource: '*', Sid: 'A' };
  const document = (Statement: unknown): string => JSON.stringify({ Version: '2012-10-17', Statement });
  assert.equal(parsePolicy(document(one), 'identity').statements.length, 1);
  assert.throws(
    () => parsePolicy(document([one, one]), 'identity'),
    new MalformedPolicy('Statement IDs (SID) in a single policy must be unique.'),
  );
});
