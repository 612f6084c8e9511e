/**
 * What must hold of every policy and request, over random ones.
 * `VARVE_ACCESS_ROUNDS=1000000` runs as many; `VARVE_SEED=…` others.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from '../policy/index.ts';
import { decide } from './decide.ts';
import {
  Dice,
  type RawAccess,
  type RawPolicy,
  randomAccess,
  randomPolicy,
  type RawStatement,
} from './testing/random-access.ts';
import { referenceVerdict, type Verdict } from './testing/reference.ts';
import type { AttachedPolicy } from './types.ts';
import { SEED } from '../../../test/support/seeded.ts';

const ROUNDS = Number(process.env['VARVE_ACCESS_ROUNDS'] ?? 6_000);

function attached(policy: RawPolicy, kind: 'identity' | 'resource', name = 'p'): AttachedPolicy {
  return { name, document: parsePolicy(JSON.stringify(policy), kind) };
}

function verdictOf(access: RawAccess): Verdict {
  const { identity, boundary, session, resourcePolicy, mustAllow } = access;
  const all = (policies: readonly RawPolicy[]): AttachedPolicy[] =>
    policies.map((policy) => attached(policy, 'identity'));
  return decide({
    ...access,
    policies: {
      identity: identity === 'everything' ? identity : all(identity),
      boundary: boundary && all(boundary),
      session: session && all(session),
    },
    resourcePolicy: resourcePolicy && attached(resourcePolicy, 'resource'),
    resourcePolicyRole: mustAllow ? 'must-allow' : 'may-grant',
  }).effect;
}

/** Runs `round` with dice of its own, and tells which when it fails. */
function rounds(count: number, round: (dice: Dice, access: RawAccess) => void): void {
  for (let index = 0; index < count; index += 1) {
    const dice = new Dice(SEED + index);
    const access = randomAccess(dice);
    try {
      round(dice, access);
    } catch (error) {
      throw new Error(`VARVE_SEED=${SEED + index}: ${JSON.stringify(access)}`, { cause: error });
    }
  }
}

/** The same access with one change to the policies of each layer. */
function withPolicies(access: RawAccess, change: (policies: readonly RawPolicy[]) => readonly RawPolicy[]): RawAccess {
  return {
    ...access,
    identity: access.identity === 'everything' ? access.identity : change(access.identity),
    boundary: access.boundary && change(access.boundary),
    session: access.session && change(access.session),
    resourcePolicy: access.resourcePolicy && change([access.resourcePolicy])[0],
  };
}

const DENY_ALL: RawStatement = { Effect: 'Deny', Action: '*', Resource: '*' };

test(`the evaluator and a naive reading of the rules agree on ${ROUNDS} random requests`, () => {
  const seen: Record<Verdict, number> = { allow: 0, 'explicit-deny': 0, 'implicit-deny': 0 };
  rounds(ROUNDS, (_, access) => {
    const expected = referenceVerdict(access);
    assert.equal(verdictOf(access), expected);
    seen[expected] += 1;
  });
  for (const [verdict, times] of Object.entries(seen)) {
    assert.ok(times > ROUNDS / 20, `${verdict} came ${times} times only: the requests say too little`);
  }
});

test('an explicit deny always wins, in whatever layer it stands', () => {
  rounds(ROUNDS / 3, (dice, access) => {
    const denying: RawPolicy = { Version: '2012-10-17', Statement: [DENY_ALL] };
    const more = (policies: readonly RawPolicy[] | undefined): RawPolicy[] =>
      dice.shuffled([...(policies ?? []), denying]);
    const { identity, resourcePolicy } = access;
    const resource: RawPolicy = {
      Version: '2012-10-17',
      Statement: dice.shuffled([...(resourcePolicy?.Statement ?? []), { ...DENY_ALL, Principal: '*' }]),
    };
    const layers: RawAccess[] = [{ ...access, resourcePolicy: resource }];
    // Services and the like have no policies of their own.
    if (access.principal.type === 'AWS') {
      layers.push({ ...access, boundary: more(access.boundary) }, { ...access, session: more(access.session) });
      if (identity !== 'everything') layers.push({ ...access, identity: more(identity) });
    }
    assert.equal(verdictOf(dice.pick(layers)), 'explicit-deny');
  });
});

test('removing an allow never grants, and adding a deny neither', () => {
  rounds(ROUNDS / 3, (dice, access) => {
    if (verdictOf(access) === 'allow') return;
    const without = withPolicies(access, (policies) =>
      policies.map((policy) => {
        const allows = policy.Statement.filter(({ Effect }) => Effect === 'Allow');
        const removed = dice.pick(allows);
        const Statement = policy.Statement.filter((statement) => statement !== removed);
        // A policy needs a statement: one that allows nothing.
        return { ...policy, Statement: Statement.length > 0 ? Statement : [silent(policy)] };
      }),
    );
    assert.notEqual(verdictOf(without), 'allow');
    const denied = withPolicies(access, (policies) =>
      policies.map((policy) => {
        const [first] = randomPolicy(dice, isOfResource(policy)).Statement;
        return { ...policy, Statement: [...policy.Statement, { ...(first ?? silent(policy)), Effect: 'Deny' }] };
      }),
    );
    assert.notEqual(verdictOf(denied), 'allow');
  });
});

test('neither the order of statements nor that of policies matters', () => {
  rounds(ROUNDS / 3, (dice, access) => {
    const shuffled = withPolicies(access, (policies) =>
      dice.shuffled(policies).map((policy) => ({ ...policy, Statement: dice.shuffled(policy.Statement) })),
    );
    assert.equal(verdictOf(shuffled), verdictOf(access));
  });
});

test('one policy of all statements says what a policy for each says', () => {
  rounds(ROUNDS / 3, (_, access) => {
    const { identity } = access;
    if (identity === 'everything') return;
    const split = identity.flatMap((policy) => policy.Statement.map((one) => ({ ...policy, Statement: [one] })));
    assert.equal(verdictOf({ ...access, identity: split }), verdictOf(access));
  });
});

test('adding a boundary or a session policy never grants', () => {
  rounds(ROUNDS / 3, (dice, access) => {
    const free = { ...access, boundary: undefined, session: undefined };
    if (verdictOf(free) === 'allow') return;
    const boundary = [randomPolicy(dice, false)];
    const session = [randomPolicy(dice, false), randomPolicy(dice, false)];
    for (const bound of [
      { ...free, boundary },
      { ...free, session },
      { ...free, boundary, session },
    ]) {
      assert.notEqual(verdictOf(bound), 'allow');
    }
  });
});

test('adding a policy to an identity never takes away, but by its denies', () => {
  rounds(ROUNDS / 3, (dice, access) => {
    const { identity } = access;
    if (identity === 'everything' || verdictOf(access) !== 'allow') return;
    const more = randomPolicy(dice, false);
    const allows = more.Statement.map((statement) => ({ ...statement, Effect: 'Allow' as const }));
    assert.equal(verdictOf({ ...access, identity: [...identity, { ...more, Statement: allows }] }), 'allow');
  });
});

function isOfResource(policy: RawPolicy): boolean {
  return policy.Statement.some((statement) => 'Principal' in statement || 'NotPrincipal' in statement);
}

function silent(policy: RawPolicy): RawStatement {
  const nothing = { Effect: 'Deny', Action: 'none:None', Resource: 'arn:aws:none:::none' } as const;
  return isOfResource(policy) ? { ...nothing, Principal: '*' } : nothing;
}
