import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#base';
import { openState, type State } from '#state';
import type { AccessRequest, AttachedPolicy, PolicyLayer } from '../authorization/index.ts';
import { decide } from '../authorization/index.ts';
import { parsePolicy } from '../policy/index.ts';
import { type Denial, DenialLog, DENIALS_MAX, explainDenial } from './index.ts';
import { recordOf } from './record.ts';
import { cpuMs } from '../../../test/support/cpu-time.ts';

const ACCOUNT = '123456789012';
const OTHER = '210987654321';
const MODEL = 'arn:aws:bedrock:us-east-1::foundation-model/varve.echo-v1';
const ALICE = `arn:aws:iam::${ACCOUNT}:user/team/alice`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/ci`;

type Json = Readonly<Record<string, unknown>>;

const always = (): boolean => true;

function policy(name: string, ...statements: Json[]): AttachedPolicy {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return { name, document: parsePolicy(text, 'identity') };
}

function resourcePolicy(name: string, ...statements: Json[]): AttachedPolicy {
  return { name, document: parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'resource') };
}

interface Asked {
  readonly callerArn?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly resourceAccountId?: string;
  readonly identity?: readonly AttachedPolicy[];
  readonly boundary?: readonly AttachedPolicy[];
  readonly session?: readonly AttachedPolicy[];
  readonly resourcePolicy?: AttachedPolicy;
  readonly mustAllow?: boolean;
  readonly context?: AccessRequest['context'];
  readonly requestId?: string;
}

/** The denial of a request; fails when it is allowed. */
function denial(asked: Asked): Denial {
  const { callerArn = ALICE, action = 'bedrock:InvokeModel', resource = MODEL } = asked;
  const request: AccessRequest = {
    action,
    resource,
    context: asked.context ?? {},
    principal: { type: 'AWS', accountId: ACCOUNT, arn: callerArn },
    accountId: ACCOUNT,
    policies: { identity: asked.identity ?? [], boundary: asked.boundary, session: asked.session },
    resourceAccountId: asked.resourceAccountId ?? ACCOUNT,
    resourcePolicy: asked.resourcePolicy,
    resourcePolicyRole: asked.mustAllow ? 'must-allow' : 'may-grant',
  };
  const decision = decide(request);
  assert.notEqual(decision.effect, 'allow');
  return {
    requestId: asked.requestId ?? 'a-request',
    atMs: Date.UTC(2026, 10, 21, 9, 30),
    caller: { kind: 'user', accountId: ACCOUNT, arn: callerArn, userId: 'AIDA', accessKeyId: 'AKIA' },
    question: { action, resource },
    decision,
    request,
  };
}

function explained(asked: Asked): string {
  const { reason, nextStep } = explainDenial(recordOf(denial(asked), always));
  return [...reason, nextStep].join('\n');
}

const ALLOW_ALL = { Effect: 'Allow', Action: '*', Resource: '*' };

test('a caller without any policy is told so, with a command that grants the action', () => {
  const text = explained({});
  assert.match(text, /^No identity-based policy of user alice allows bedrock:InvokeModel on arn:aws:bedrock:/);
  assert.match(text, /^User alice has no policy at all, and no group that has one\.$/m);
  const document = /--policy-document '(.*)'$/m.exec(text)?.[1] ?? '';
  assert.match(text, /^aws iam put-user-policy --user-name alice --policy-name allow-bedrock-InvokeModel /m);
  const granted = policy('granted', ...(JSON.parse(document) as { Statement: Json[] }).Statement);
  assert.throws(() => denial({ identity: [granted] }), assert.AssertionError, 'what is proposed allows it');
  assert.match(explained({ callerArn: SESSION }), /^aws iam put-role-policy --role-name app /m);
});

test('an explicit deny names Sid, policy, and what its conditions saw', () => {
  const deny = {
    Sid: 'NotFromHere',
    Effect: 'Deny',
    Action: 'bedrock:*',
    Resource: '*',
    Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' }, Null: { 'aws:Referer': 'true' } },
  };
  const record = recordOf(
    denial({
      identity: [policy('own', ALLOW_ALL), policy(`arn:aws:iam::${ACCOUNT}:policy/regions`, deny)],
      context: { 'aws:RequestedRegion': 'us-east-1', 'aws:UserAgent': 'not looked at' },
    }),
    always,
  );
  assert.equal(record.effect, 'explicit-deny');
  assert.deepEqual(record.context, { 'aws:requestedregion': ['us-east-1'], 'aws:referer': null });
  assert.deepEqual(record.statement, {
    Sid: 'NotFromHere',
    Effect: 'Deny',
    Action: 'bedrock:*',
    Resource: '*',
    Condition: { StringNotEquals: { 'aws:requestedregion': 'eu-west-1' }, Null: { 'aws:referer': 'true' } },
  });
  const { reason, nextStep } = explainDenial(record);
  assert.equal(
    reason[0],
    `The statement "NotFromHere" of arn:aws:iam::${ACCOUNT}:policy/regions, an identity-based policy, denies bedrock:InvokeModel on ${MODEL}.`,
  );
  assert.match(reason[1] ?? '', /aws:requestedregion was us-east-1, aws:referer was nothing there/);
  assert.match(nextStep, /^An explicit deny wins over every allow/);
});

test('statements that would have allowed but for a condition, the resource or the principal are named', () => {
  const nearly = policy(
    'nearly',
    { Sid: 'Other', Effect: 'Allow', Action: 'bedrock:Invoke*', Resource: 'arn:aws:bedrock:*::foundation-model/x' },
    {
      Sid: 'Europe',
      Effect: 'Allow',
      Action: 'bedrock:InvokeModel',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'eu-central-1'] },
        StringLike: { 'aws:UserAgent': '*' },
      },
    },
    { Sid: 'Unrelated', Effect: 'Allow', Action: 's3:*', Resource: '*' },
  );
  const context = { 'aws:RequestedRegion': 'us-east-1', 'aws:UserAgent': 'cli' };
  const text = explained({ identity: [nearly], context });
  assert.match(
    text,
    /"Europe" of the inline policy "nearly" of user alice or one of its groups allows the action, but only when StringEquals aws:requestedregion eu-west-1 or eu-central-1 \(the request had us-east-1\)\.$/m,
  );
  assert.match(text, /"Other" .* but not on arn:aws:bedrock:us-east-1::foundation-model\/varve\.echo-v1\.$/m);
  assert.doesNotMatch(text, /Unrelated/);
  const bucket = resourcePolicy('arn:aws:s3:::logs', {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/bob` },
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::logs/*',
  });
  const { nearMisses } = recordOf(
    {
      ...denial({ resourcePolicy: bucket, action: 's3:GetObject', resource: 'arn:aws:s3:::logs/a' }),
      decision: silent('resource-based policy'),
    },
    always,
  );
  assert.equal(nearMisses[0]?.lacks, 'principal');
});

function silent(layer: PolicyLayer): Denial['decision'] {
  return { effect: 'implicit-deny', layer, policy: undefined, statement: undefined };
}

test('boundary, session policy and trust policy are told apart', () => {
  const reads = policy(`arn:aws:iam::${ACCOUNT}:policy/reads`, { Effect: 'Allow', Action: 's3:Get*', Resource: '*' });
  const all = [policy('all', ALLOW_ALL)];
  assert.match(
    explained({ identity: all, boundary: [reads] }),
    /^The permissions boundary of user alice \(arn:aws:iam::123456789012:policy\/reads\) does not allow/,
  );
  assert.match(explained({ identity: all, boundary: [] }), /a policy that is not there any more/);
  assert.match(explained({ identity: all, session: [reads] }), /^The session policy that was handed in/);
  const role = `arn:aws:iam::${ACCOUNT}:role/app`;
  const trust = explained({ identity: all, action: 'sts:AssumeRole', resource: role, mustAllow: true });
  assert.match(trust, /^The trust policy of arn:aws:iam::123456789012:role\/app does not allow/);
  assert.match(trust, /^Name arn:aws:iam::123456789012:user\/team\/alice as a Principal/m);
});

test("what another account's resource says of a caller is not kept", () => {
  const secretive = resourcePolicy('arn:aws:s3:::theirs', {
    Sid: 'TheirSid',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: 'arn:aws:s3:::theirs/*',
    Condition: { StringEquals: { 'aws:username': 'alice' } },
  });
  const asked = {
    identity: [policy('all', ALLOW_ALL)],
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::theirs/a',
    resourceAccountId: OTHER,
    context: { 'aws:username': 'alice' },
  };
  for (const theirs of [secretive, undefined]) {
    const record = recordOf(denial({ ...asked, ...(theirs && { resourcePolicy: theirs }) }), always);
    assert.equal(record.layer, 'resource-based policy');
    assert.doesNotMatch(JSON.stringify(record), /TheirSid|aws:username/);
    assert.match(explainDenial(record).reason.join(' '), /belongs to account 210987654321/);
  }
});

test('what is kept of a denial is small, whatever stands in policies and requests', () => {
  const long = Array.from({ length: 400 }, (_, at) => `arn:aws:s3:::bucket-number-${at}/*`);
  const huge = policy('huge', {
    Sid: 'S0',
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: long,
    Condition: { StringEquals: { 'aws:PrincipalTag/a': Array.from({ length: 20 }, () => 'v'.repeat(50)) } },
  });
  const record = recordOf(
    denial({
      identity: Array.from({ length: 50 }, () => huge),
      action: 's3:GetObject',
      resource: `arn:aws:s3:::${'k'.repeat(5_000)}`,
      context: { 'aws:PrincipalTag/a': Array.from({ length: 100 }, () => 'x'.repeat(1_000)) },
    }),
    always,
  );
  assert.ok(JSON.stringify(record).length < 16_384, `${JSON.stringify(record).length}`);
  assert.equal(record.nearMisses[0]?.statement['Sid'], 'S0');
});

test('thousands of statements hold nobody up: the search for near ones ends with its time', () => {
  const statements = Array.from({ length: 60 }, (_, at) => ({
    Effect: 'Allow',
    Action: 'bedrock:InvokeModel',
    Resource: `arn:aws:bedrock:*::foundation-model/m${at}`,
  }));
  const identity = Array.from({ length: 100 }, (_, at) => policy(`p${at}`, ...statements));
  const asked = denial({ identity });
  let left = 10;
  const record = recordOf(asked, () => left-- > 0);
  assert.equal(record.nearMisses.length, 3);
  assert.ok(left >= -1, 'it is not asked again');
});

async function withLog(
  work: (log: DenialLog, state: State, failures: unknown[]) => Promise<void>,
  wrap: (state: State) => State = (state) => state,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-denials-'));
  const state = await openState(join(folder, 'state.sqlite'));
  const failures: unknown[] = [];
  const log = await DenialLog.open({
    state: wrap(state),
    clock: systemClock,
    onFailure: (error) => failures.push(error),
  });
  try {
    await work(log, state, failures);
  } finally {
    await log.close();
    await state.close();
    await rm(folder, { recursive: true });
  }
}

test('a denial is found by its request and account at once, and by nobody else', () =>
  withLog(async (log) => {
    log.note(denial({ requestId: 'r1' }));
    log.note(denial({ requestId: 'r2', action: 'bedrock:ListTagsForResource' }));
    log.note(denial({ requestId: 'r1', action: 'bedrock:ApplyGuardrail' }));
    const found = await log.find(ACCOUNT, 'r1');
    assert.deepEqual(
      found.map(({ action }) => action),
      ['bedrock:InvokeModel', 'bedrock:ApplyGuardrail'],
    );
    assert.equal(found[0]?.time, '2026-11-21T09:30:00.000Z');
    assert.deepEqual(await log.find(OTHER, 'r1'), []);
    assert.deepEqual(await log.find(ACCOUNT, 'nothing'), []);
  }));

test('denials are there after closing and opening again', () =>
  withLog(async (log, state) => {
    log.note(denial({ requestId: 'before' }));
    await log.close();
    log.note(denial({ requestId: 'too late' }));
    const again = await DenialLog.open({ state, clock: systemClock, onFailure: (error) => assert.fail(String(error)) });
    assert.equal((await again.find(ACCOUNT, 'before')).length, 1);
    assert.deepEqual(await again.find(ACCOUNT, 'too late'), []);
  }));

test('a flood costs noting next to nothing; the oldest that wait are dropped and counted, and the newest kept', () =>
  withLog(async (log, state) => {
    const one = denial({});
    const count = 30_000;
    const startedMs = cpuMs();
    for (let at = 0; at < count; at += 1) log.note({ ...one, requestId: `r${at}` });
    const spentMs = cpuMs() - startedMs;
    assert.ok(spentMs < 500, `${spentMs} ms for ${count}`);
    assert.equal((await log.find(ACCOUNT, `r${count - 1}`)).length, 1);
    const [row] = await state.all('SELECT count(*) AS kept FROM identity_denials');
    assert.equal(Number(row?.['kept']) + log.dropped, count);
    assert.ok(Number(row?.['kept']) <= 1_000);
  }));

test('of those that are written, the newest 10,000 stay', () =>
  withLog(async (log, state) => {
    const one = denial({});
    for (let at = 0; at < DENIALS_MAX + 600; at += 1) {
      log.note({ ...one, requestId: `r${at}` });
      if (at % 500 === 499) await log.flush();
    }
    await log.flush();
    assert.equal(log.dropped, 0);
    const [row] = await state.all('SELECT count(*) AS kept FROM identity_denials');
    assert.equal(row?.['kept'], DENIALS_MAX);
    assert.deepEqual(await log.find(ACCOUNT, 'r599'), []);
    assert.equal((await log.find(ACCOUNT, 'r600')).length, 1);
  }));

test('a control state that cannot be written drops denials, tells it once, and tells when it works again', () => {
  let broken = true;
  const wrap = (state: State): State => ({
    migrate: (room, steps) => state.migrate(room, steps),
    all: (sql, parameters) => state.all(sql, parameters),
    close: () => state.close(),
    transaction: (statements) => (broken ? Promise.reject(new Error('disk I/O error')) : state.transaction(statements)),
  });
  return withLog(async (log, _, failures) => {
    for (const requestId of ['r1', 'r2', 'r3']) {
      log.note(denial({ requestId }));
      await log.flush();
    }
    assert.equal(log.dropped, 3);
    assert.deepEqual(failures.map(String), ['Error: disk I/O error']);
    broken = false;
    log.note(denial({ requestId: 'r4' }));
    assert.equal((await log.find(ACCOUNT, 'r4')).length, 1);
    assert.deepEqual(failures.map(String), ['Error: disk I/O error', 'undefined']);
  }, wrap);
});
