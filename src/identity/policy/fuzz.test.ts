/**
 * Documents that nobody means: none may crash, hang, or allow what a naive reading of it does not allow.
 * `VARVE_FUZZ_INPUTS=1000000` runs as many; `VARVE_SEED=…` others.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dice, type RawAccess, type RawPolicy } from '../authorization/testing/random-access.ts';
import { referenceVerdict } from '../authorization/testing/reference.ts';
import { MalformedPolicy, type PolicyDocument, type PolicyKind } from './document.ts';
import { evaluate } from './evaluator.ts';
import { parsePolicy } from './parse.ts';
import type { RequestPrincipal } from './principals.ts';
import { cpuMs } from '../../../test/support/cpu-time.ts';
import { SEED } from '../../../test/support/seeded.ts';

const INPUTS = Number(process.env['VARVE_FUZZ_INPUTS'] ?? 300_000);
/** Far more than any document takes, far less than a hang; the machine may be busy with other things. */
const ONE_INPUT_MS_MAX = 5_000;

const ACCOUNT = '111122223333';
const BOB: RequestPrincipal = { type: 'AWS', accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/bob` };
const CONTEXT = {
  'aws:username': 'bob',
  'aws:SourceIp': '10.1.2.3',
  'aws:CurrentTime': '2026-11-21T12:00:00Z',
  'aws:TagKeys': ['a', 'b'],
  'aws:PrincipalTag/a': 'abc',
  's3:max-keys': '5',
  'aws:SourceArn': 'arn:aws:s3:::bucket',
};
const QUESTIONS: Readonly<Record<PolicyKind, readonly { action: string; resource: string }[]>> = {
  identity: [
    { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/bob/key' },
    { action: 'iam:CreateUser', resource: '*' },
  ],
  resource: [
    { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/bob/key' },
    { action: 's3:PutBucketPolicy', resource: 'arn:aws:s3:::bucket' },
  ],
  trust: [{ action: 'sts:AssumeRole', resource: `arn:aws:iam::${ACCOUNT}:role/Target` }],
};

const conditions = {
  'ForAnyValue:StringLikeIfExists': { 'aws:PrincipalTag/a': ['a*', 'b?'] },
  Bool: { 'aws:SecureTransport': true },
  NumericLessThanEquals: { 's3:max-keys': '10' },
};
const SEEDS: Readonly<Record<PolicyKind, readonly string[]>> = {
  identity: [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:Put*'], Resource: ['arn:aws:s3:::bucket/${aws:username}/*'] },
    { Effect: 'Allow', NotAction: 'iam:*', NotResource: 'arn:aws:s3:::other', Condition: conditions },
    [
      {
        Sid: 'A',
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      },
      {
        Sid: 'B',
        Effect: 'Deny',
        Action: 's3:?etObject',
        Resource: '*',
        Condition: { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      },
      {
        Effect: 'Deny',
        Action: 'iam:*',
        Resource: '*',
        Condition: { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['x'] } },
      },
    ],
  ].map((Statement) => JSON.stringify({ Version: '2012-10-17', Id: 'x', Statement })),
  resource: [
    { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: "arn:aws:s3:::bucket/${aws:none, 'bob'}/*" },
    [
      {
        Sid: 'One',
        Effect: 'Allow',
        Principal: { AWS: [ACCOUNT], Service: 'logs.amazonaws.com' },
        Action: ['s3:*'],
        Resource: ['arn:aws:s3:::bucket/*'],
      },
      {
        Effect: 'Deny',
        NotPrincipal: { AWS: [BOB.arn, `arn:aws:iam::${ACCOUNT}:root`] },
        Action: 's3:*',
        Resource: '*',
        Condition: { ArnNotLike: { 'aws:SourceArn': 'arn:aws:s3:*:*:b*' } },
      },
    ],
  ].map((Statement) => JSON.stringify({ Version: '2012-10-17', Statement }, undefined, 1)),
  trust: [
    {
      Effect: 'Allow',
      Principal: { AWS: BOB.arn },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:username': '${aws:username}' } },
    },
    [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/issuer.example`, AWS: ACCOUNT },
        Action: ['sts:AssumeRole', 'sts:Tag*'],
      },
      { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole', Condition: { Null: { 'aws:username': 'true' } } },
    ],
  ].map((Statement) => JSON.stringify({ Version: '2012-10-17', Statement })),
};
const KINDS: readonly PolicyKind[] = ['identity', 'resource', 'trust'];

const PIECES = [
  ...' {}[]":,*?$\\/.-0',
  'null',
  'true',
  '1e999',
  '-1',
  '[]',
  '{}',
  '"*"',
  '""',
  '["*"]',
  '${',
  '${*}',
  '${aws:username}',
  "${a, 'b'}",
  '\\u0000',
  '\\"',
  '\ud800',
  '\u0000',
  '__proto__',
  'constructor',
  'NotPrincipal',
  'Principal',
  'NotAction',
  'NotResource',
  'Deny',
  'Allow',
  'allow',
  'ForAllValues:',
  'ForAnyValue:',
  'IfExists',
  'StringNotLike',
  'NotIpAddress',
  '2008-10-17',
  '"Effect":"Allow",',
  ',"Action":"*"',
  '***?*',
];
const VALUES: readonly string[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  '*',
  '**',
  'a',
  's3:*',
  'arn:aws:s3:::*',
  'Allow',
  'Deny',
  '2012-10-17',
  '${aws:username}',
  [],
  {},
  ['*'],
  [[]],
  [null],
  { AWS: '*' },
  { a: {} },
  { StringLike: { 'aws:username': '*' } },
  { Null: { x: true } },
].map((value) => JSON.stringify(value));
/** Made anew each time: trees are edited in place. */
const randomValue = (dice: Dice): unknown => JSON.parse(dice.pick(VALUES));

/** Edits of the text: most make it no JSON, some another policy. */
function garbled(dice: Dice, text: string): string {
  let edited = text;
  for (let edits = 1 + dice.below(3); edits > 0; edits -= 1) {
    const at = dice.below(edited.length + 1);
    const piece = dice.chance(0.3) ? '' : dice.chance(0.8) ? dice.pick(PIECES) : someOf(dice, text);
    edited = edited.slice(0, at) + piece + edited.slice(at + dice.below(6));
  }
  return edited;
}

function someOf(dice: Dice, text: string): string {
  const at = dice.below(text.length);
  return text.slice(at, at + dice.below(30));
}

/** Edits of the tree: always JSON. */
function bent(dice: Dice, text: string): string {
  const root: unknown = JSON.parse(text);
  for (let edits = 1 + dice.below(3); edits > 0; edits -= 1) {
    let node = root as Record<string, unknown>;
    for (;;) {
      const keys = Object.keys(node);
      const key = keys[dice.below(keys.length)];
      if (key === undefined) break;
      const child = node[key];
      if (typeof child === 'object' && child !== null && dice.chance(0.75)) {
        node = child as Record<string, unknown>;
        continue;
      }
      const way = dice.below(4);
      if (way === 0) Reflect.deleteProperty(node, key);
      else if (way === 1) node[dice.pick(PIECES)] = child;
      else if (way === 2 && typeof child === 'string') node[key] = garbled(dice, child);
      else node[key] = randomValue(dice);
      break;
    }
  }
  return JSON.stringify(root);
}

function randomJson(dice: Dice, depth: number): unknown {
  if (depth === 0 || dice.chance(0.3)) return randomValue(dice);
  const some = Array.from({ length: dice.below(4) }, () => randomJson(dice, depth - 1));
  if (dice.chance(0.3)) return some;
  const names = ['Version', 'Statement', 'Effect', 'Action', 'Resource', 'Principal', 'Condition', 'Sid', ...PIECES];
  return Object.fromEntries(some.map((value) => [dice.pick(names), value]));
}

function randomText(dice: Dice): string {
  const bytes = Buffer.from(Array.from({ length: dice.below(200) }, () => dice.below(256)));
  return bytes.toString(dice.chance(0.5) ? 'utf8' : 'latin1');
}

function nested(dice: Dice): string {
  const depth = 1 + dice.below(2_000);
  return (
    dice.pick(['[', '{"a":', '{"Statement":', '{"Condition":{"StringEquals":']).repeat(depth) +
    dice.pick(['', '1', ']'.repeat(depth)])
  );
}

function inputFor(dice: Dice, seed: string): string {
  const way = dice.next();
  if (way < 0.4) return garbled(dice, seed);
  if (way < 0.85) return bent(dice, seed);
  if (way < 0.93) return JSON.stringify(randomJson(dice, 5)) ?? '';
  return way < 0.999 ? randomText(dice) : nested(dice);
}

/** What a naive reading of the same text allows. */
function referenceAllows(text: string, kind: PolicyKind, question: { action: string; resource: string }): boolean {
  const { Version = '2008-10-17', Statement } = JSON.parse(text) as {
    Version?: RawPolicy['Version'];
    Statement: never;
  };
  const policy: RawPolicy = { Version, Statement: Array.isArray(Statement) ? Statement : [Statement] };
  // A trust policy speaks of its role.
  const whole: RawPolicy = { ...policy, Statement: policy.Statement.map((one) => ({ Resource: '*', ...one })) };
  const access: RawAccess = {
    ...question,
    context: CONTEXT,
    principal: BOB,
    accountId: ACCOUNT,
    identity: kind === 'identity' ? [policy] : 'everything',
    boundary: undefined,
    session: undefined,
    resourcePolicy: kind === 'identity' ? undefined : kind === 'trust' ? whole : policy,
    resourceAccountId: ACCOUNT,
    mustAllow: kind !== 'identity',
  };
  return referenceVerdict(access) === 'allow';
}

test(`${INPUTS} garbled, bent and random documents: refused in words or read, never an allow that is not there`, (t) => {
  let read = 0;
  let allowed = 0;
  for (let index = 0; index < INPUTS; index += 1) {
    const dice = new Dice(SEED + index);
    const kind = dice.pick(KINDS);
    const text = inputFor(dice, dice.pick(SEEDS[kind]));
    const startedMs = cpuMs();
    const policy = parsed(text, kind, index);
    if (policy) {
      read += 1;
      for (const question of QUESTIONS[kind]) {
        const { decision } = evaluate({ ...question, policies: [policy], principal: BOB, context: CONTEXT });
        if (decision !== 'allow') continue;
        allowed += 1;
        assert.ok(
          referenceAllows(text, kind, question),
          `VARVE_SEED=${SEED + index}: allows ${question.action}: ${text}`,
        );
      }
    }
    const tookMs = cpuMs() - startedMs;
    assert.ok(tookMs < ONE_INPUT_MS_MAX, `VARVE_SEED=${SEED + index}: took ${tookMs} ms: ${text.slice(0, 1000)}`);
  }
  t.diagnostic(`${read} read, ${allowed} allowed something`);
  assert.ok(read > INPUTS / 50 && allowed > INPUTS / 500, 'the inputs must sometimes mean something');
});

function parsed(text: string, kind: PolicyKind, index: number): PolicyDocument | undefined {
  try {
    return parsePolicy(text, kind);
  } catch (error) {
    if (error instanceof MalformedPolicy && error.message !== '') return undefined;
    throw new Error(`VARVE_SEED=${SEED + index}: ${kind}: ${text}`, { cause: error });
  }
}
