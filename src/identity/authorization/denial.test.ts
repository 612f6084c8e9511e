import assert from 'node:assert/strict';
import { test } from 'node:test';
import { denialSentence } from './denial.ts';
import type { AccessDecision } from './types.ts';

const MATT = 'arn:aws:iam::123456789012:user/Matt';
const POLICY = 'arn:aws:iam::123456789012:policy/ExampleDenyPolicy';
const QUESTION = { action: 'iam:ListRoles', resource: 'arn:aws:iam::123456789012:role/*' };
const SUBJECT = `User: ${MATT} is not authorized to perform: iam:ListRoles on resource: ${QUESTION.resource}`;

const denied = (changes: Partial<AccessDecision>): AccessDecision => ({
  effect: 'explicit-deny',
  layer: 'identity-based policy',
  policy: undefined,
  statement: undefined,
  ...changes,
});

test("a denial is told in the sentences of IAM's guide", () => {
  const cases: [denial: AccessDecision & { resourceAccountId?: string }, sentence: string][] = [
    [denied({ effect: 'implicit-deny' }), 'because no identity-based policy allows the iam:ListRoles action'],
    [
      denied({ effect: 'implicit-deny', layer: 'resource-based policy' }),
      'because no resource-based policy allows the iam:ListRoles action',
    ],
    [
      denied({ effect: 'implicit-deny', layer: 'permissions boundary' }),
      'because no permissions boundary allows the iam:ListRoles action',
    ],
    [
      denied({ effect: 'implicit-deny', layer: 'session policy' }),
      'because no session policy allows the iam:ListRoles action',
    ],
    [denied({ policy: 'inline' }), 'with an explicit deny in an identity-based policy'],
    [denied({ policy: POLICY }), `with an explicit deny in an identity-based policy: ${POLICY}`],
    [
      { ...denied({ policy: POLICY }), resourceAccountId: '123456789012' },
      `with an explicit deny in an identity-based policy: ${POLICY}`,
    ],
    [
      { ...denied({ policy: POLICY }), resourceAccountId: '210987654321' },
      'with an explicit deny in an identity-based policy',
    ],
    [
      denied({ layer: 'permissions boundary', policy: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
      'with an explicit deny in a permissions boundary: arn:aws:iam::aws:policy/ReadOnlyAccess',
    ],
    [denied({ layer: 'session policy', policy: 'session policy' }), 'with an explicit deny in a session policy'],
    [
      denied({ layer: 'resource-based policy', policy: 'arn:aws:s3:::bucket' }),
      'with an explicit deny in a resource-based policy',
    ],
  ];
  for (const [denial, sentence] of cases) {
    assert.equal(denialSentence(denial, MATT, QUESTION), `${SUBJECT} ${sentence}`);
  }
});

test('an action without resources is told without one; taking a role is told without a reason', () => {
  assert.equal(
    denialSentence(denied({ effect: 'implicit-deny' }), MATT, { action: 's3:ListAllMyBuckets', resource: '*' }),
    `User: ${MATT} is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action`,
  );
  const role = 'arn:aws:iam::123456789012:role/R';
  assert.equal(
    denialSentence(denied({ policy: POLICY }), MATT, {
      action: 'sts:AssumeRole',
      resource: role,
      resourcePolicyRole: 'must-allow',
    }),
    `User: ${MATT} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
  );
});
