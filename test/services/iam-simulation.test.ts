import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  type EvaluationResult,
  GetContextKeysForCustomPolicyCommand,
  GetContextKeysForPrincipalPolicyCommand,
  paginateSimulateCustomPolicy,
  SimulateCustomPolicyCommand,
  type SimulateCustomPolicyCommandInput,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { type AccessDecision, Authorizer, type Caller, parsePolicy, roleArn, userArn } from '#identity';
import { credentialsOf, fails, makeGroup, makeUser, policyOf } from './iam-entities.ts';
import { ACCOUNT, OTHER_ACCOUNT, withServices } from './in-process.ts';
import { seededInts } from '../support/seeded.ts';

const randomInt = seededInts();

const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const OBJECT = 'arn:aws:s3:::bucket/key';
const ALLOW_S3 = policyOf({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
const TRUST = policyOf({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' });

const decisions = (results: EvaluationResult[] | undefined) =>
  (results ?? []).map(({ EvalActionName, EvalDecision }) => `${EvalActionName} ${EvalDecision}`);

test("custom policies are simulated: decisions, statements and their places as in AWS's answers", () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const text = policyOf(
      { Effect: 'Allow', Action: 's3:Get*', Resource: '*' },
      { Effect: 'Deny', Action: 's3:GetObjectAcl', Resource: '*' },
    );
    const { EvaluationResults, IsTruncated } = await iam.send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: [ALLOW_S3, text],
        ActionNames: ['s3:GetObject', 's3:GetObjectAcl', 'logs:PutLogEvents'],
      }),
    );
    assert.equal(IsTruncated, false);
    const [allowed, denied, silent] = EvaluationResults ?? [];
    assert.deepEqual(decisions(EvaluationResults), [
      's3:GetObject allowed',
      's3:GetObjectAcl explicitDeny',
      'logs:PutLogEvents implicitDeny',
    ]);
    assert.deepEqual(
      allowed?.MatchedStatements?.map(({ SourcePolicyId, SourcePolicyType }) => [SourcePolicyId, SourcePolicyType]),
      [
        ['PolicyInputList.1', 'IAM Policy'],
        ['PolicyInputList.2', 'IAM Policy'],
      ],
    );
    assert.equal(denied?.MatchedStatements?.length, 1);
    const [deny] = denied?.MatchedStatements ?? [];
    const { StartPosition: start, EndPosition: end } = deny ?? {};
    assert.deepEqual([start?.Line, end?.Line], [1, 1]);
    const statement = text.slice((start?.Column ?? 0) - 1, (end?.Column ?? 0) - 1);
    assert.deepEqual(JSON.parse(statement), { Effect: 'Deny', Action: 's3:GetObjectAcl', Resource: '*' });
    assert.deepEqual(silent?.MatchedStatements ?? [], []);
    for (const one of EvaluationResults ?? []) {
      assert.equal(one.EvalResourceName, '*');
      assert.equal(one.ResourceSpecificResults, undefined);
      assert.equal(one.PermissionsBoundaryDecisionDetail, undefined);
    }
  }));

test('resources are told apart; a boundary, context and missing keys are told with them', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const document = policyOf(
      { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::mine/${aws:username}/*' },
      {
        Effect: 'Allow',
        Action: 's3:*',
        Resource: 'arn:aws:s3:::vpc/*',
        Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } },
      },
    );
    const ask = async (changes: Partial<SimulateCustomPolicyCommandInput>) => {
      const input = { PolicyInputList: [document], ActionNames: ['s3:GetObject'], ...changes };
      return (await iam.send(new SimulateCustomPolicyCommand(input))).EvaluationResults?.[0];
    };
    const ResourceArns = ['arn:aws:s3:::mine/ann/x', 'arn:aws:s3:::vpc/x'];
    const without = await ask({ ResourceArns });
    assert.deepEqual([without?.EvalDecision, without?.MissingContextValues ?? []], ['implicitDeny', []]);
    assert.deepEqual(
      without?.ResourceSpecificResults?.map((one) => [
        one.EvalResourceName,
        one.EvalResourceDecision,
        one.MissingContextValues,
      ]),
      ResourceArns.map((arn) => [arn, 'implicitDeny', ['aws:username', 'aws:SourceVpc']]),
    );
    const ContextEntries = [
      { ContextKeyName: 'aws:sourcevpc', ContextKeyType: 'string' as const, ContextKeyValues: ['vpc-1'] },
    ];
    const given = await ask({ ResourceArns, ContextEntries, CallerArn: `arn:aws:iam::${ACCOUNT}:user/team/ann` });
    assert.equal(given?.EvalDecision, 'allowed');
    assert.deepEqual(
      given?.ResourceSpecificResults?.map((one) => one.MissingContextValues ?? []),
      [[], []],
    );
    const single = await ask({ ResourceArns: ['arn:aws:s3:::vpc/x'], ContextEntries });
    assert.deepEqual([single?.EvalResourceName, single?.EvalDecision], ['arn:aws:s3:::vpc/x', 'allowed']);
    assert.equal(single?.ResourceSpecificResults?.[0]?.EvalResourceDecision, 'allowed');
    const bounded = await ask({
      ResourceArns: ['arn:aws:s3:::vpc/x'],
      ContextEntries,
      PermissionsBoundaryPolicyInputList: [policyOf({ Effect: 'Allow', Action: 'logs:*', Resource: '*' })],
    });
    assert.equal(bounded?.EvalDecision, 'implicitDeny');
    assert.deepEqual(bounded?.PermissionsBoundaryDecisionDetail, { AllowedByPermissionsBoundary: false });
    const wide = await ask({
      ResourceArns: ['arn:aws:s3:::vpc/x'],
      ContextEntries,
      PermissionsBoundaryPolicyInputList: [ALLOW_S3],
    });
    assert.deepEqual(wide?.ResourceSpecificResults?.[0]?.PermissionsBoundaryDecisionDetail, {
      AllowedByPermissionsBoundary: true,
    });
  }));

test("a principal's own policies, those of its groups and its boundary are simulated", () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    const group = await makeGroup(identity, 'g', {
      inlinePolicies: { logs: policyOf({ Effect: 'Allow', Action: 'logs:*', Resource: '*' }) },
    });
    const user = await makeUser(identity, 'u', { path: '/x/', inlinePolicies: { s3: ALLOW_S3 }, groupIds: [group.id] });
    const ask = async (ActionNames: string[], changes = {}) =>
      (await iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn: userArn(user), ActionNames, ...changes })))
        .EvaluationResults ?? [];
    const actions = ['s3:GetObject', 'logs:PutLogEvents', 'iam:GetUser'];
    assert.deepEqual(decisions(await ask(actions)), [
      's3:GetObject allowed',
      'logs:PutLogEvents allowed',
      'iam:GetUser implicitDeny',
    ]);
    const sources = (await ask(actions)).map((one) => one.MatchedStatements?.[0]?.SourcePolicyId);
    assert.deepEqual(sources, ['user_u_s3', 'group_g_logs', undefined]);
    await iam.send(new AttachUserPolicyCommand({ UserName: 'u', PolicyArn: ADMIN }));
    const [read] = await ask(['iam:GetUser']);
    const [statement] = read?.MatchedStatements ?? [];
    // As seen in AWS's answers, place and all.
    assert.deepEqual(
      [statement?.SourcePolicyId, statement?.StartPosition, statement?.EndPosition],
      ['AdministratorAccess', { Line: 3, Column: 17 }, { Line: 8, Column: 6 }],
    );
    const more = await ask(['s3:GetObject'], {
      PolicyInputList: [policyOf({ Effect: 'Deny', Action: 's3:*', Resource: '*' })],
    });
    assert.deepEqual(decisions(more), ['s3:GetObject explicitDeny']);
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Bound', PolicyDocument: ALLOW_S3 }));
    await identity.directory.users.update(ACCOUNT, 'u', (before) => ({
      ...before,
      boundaryArn: `arn:aws:iam::${ACCOUNT}:policy/Bound`,
    }));
    assert.deepEqual(decisions(await ask(actions)), [
      's3:GetObject allowed',
      'logs:PutLogEvents implicitDeny',
      'iam:GetUser implicitDeny',
    ]);
    const other = await ask(actions, {
      PermissionsBoundaryPolicyInputList: [policyOf({ Effect: 'Allow', Action: 'logs:*', Resource: '*' })],
    });
    assert.deepEqual(decisions(other)[1], 'logs:PutLogEvents allowed');
    const ofGroup = await iam.send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn: `arn:aws:iam::${ACCOUNT}:group/g`, ActionNames: actions }),
    );
    assert.deepEqual(decisions(ofGroup.EvaluationResults), [
      's3:GetObject implicitDeny',
      'logs:PutLogEvents allowed',
      'iam:GetUser implicitDeny',
    ]);
  }));

test("a resource's policy grants and denies, within the account and across", () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    const user = await makeUser(identity, 'u');
    const policy = (Principal: unknown, Effect = 'Allow') =>
      policyOf({ Effect, Principal, Action: 's3:GetObject', Resource: '*' });
    const ask = async (changes: object) => {
      const input = {
        PolicySourceArn: userArn(user),
        ActionNames: ['s3:GetObject'],
        ResourceArns: [OBJECT],
        ...changes,
      };
      return (await iam.send(new SimulatePrincipalPolicyCommand(input))).EvaluationResults?.[0];
    };
    const granted = await ask({ ResourcePolicy: policy({ AWS: userArn(user) }) });
    assert.deepEqual(
      [granted?.EvalDecision, granted?.MatchedStatements?.[0]?.SourcePolicyId],
      ['allowed', 'ResourcePolicy'],
    );
    assert.equal((await ask({ ResourcePolicy: policy({ AWS: ACCOUNT }) }))?.EvalDecision, 'implicitDeny');
    const both = { PolicyInputList: [ALLOW_S3] };
    assert.equal((await ask({ ...both, ResourcePolicy: policy('*', 'Deny') }))?.EvalDecision, 'explicitDeny');
    const abroad = { ...both, ResourceOwner: `arn:aws:iam::${OTHER_ACCOUNT}:root` };
    assert.equal((await ask(abroad))?.EvalDecision, 'implicitDeny');
    assert.equal((await ask({ ...abroad, ResourcePolicy: policy({ AWS: ACCOUNT }) }))?.EvalDecision, 'allowed');
  }));

test('what cannot be simulated is refused', () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    const user = await makeUser(identity, 'u');
    const custom = (changes: Partial<SimulateCustomPolicyCommandInput>) =>
      iam.send(
        new SimulateCustomPolicyCommand({ PolicyInputList: [ALLOW_S3], ActionNames: ['s3:GetObject'], ...changes }),
      );
    const invalid = (text: RegExp) => fails('InvalidInput', text, 400);
    await assert.rejects(custom({ PolicyInputList: ['{'] }), invalid(/Syntax/));
    await assert.rejects(custom({ ActionNames: ['s3:*'] }), invalid(/Invalid Action: s3:\*/));
    await assert.rejects(custom({ ResourceArns: ['*', OBJECT] }), invalid(/both \* and individual resources/));
    await assert.rejects(custom({ ResourceArns: ['bucket'] }), invalid(/bucket is not an ARN/));
    await assert.rejects(custom({ ResourcePolicy: ALLOW_S3 }), invalid(/CallerArn is required/));
    await assert.rejects(
      custom({ CallerArn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s` }),
      invalid(/Invalid CallerArn/),
    );
    await assert.rejects(custom({ PermissionsBoundaryPolicyInputList: [ALLOW_S3, ALLOW_S3] }), invalid(/Only one/));
    await assert.rejects(custom({ ResourceArns: Array.from({ length: 1_001 }, () => OBJECT) }), invalid(/1000/));
    const principal = (PolicySourceArn: string, by = iam) =>
      by.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ['s3:GetObject'] }));
    await assert.rejects(
      principal(`arn:aws:iam::${ACCOUNT}:root`),
      invalid(/^Invalid Entity Arn: .* does not clearly define entity type and name\.$/),
    );
    const none = fails('NoSuchEntity', 'The role with name none cannot be found.', 404);
    await assert.rejects(principal(`arn:aws:iam::${ACCOUNT}:role/none`), none);
    const wrongPath = fails('NoSuchEntity', 'The user with name u cannot be found.', 404);
    await assert.rejects(principal(`arn:aws:iam::${ACCOUNT}:user/path/u`), wrongPath);
    const denied = fails(
      'AccessDenied',
      /is not authorized to perform: iam:SimulatePrincipalPolicy on resource: /,
      403,
    );
    await assert.rejects(principal(`arn:aws:iam::${OTHER_ACCOUNT}:user/u`), denied);
    await assert.rejects(principal(userArn(user), client(await credentialsOf(identity, user))), denied);
  }));

test('simulations come in pages, whatever the size of the policies', () =>
  withServices(async ({ iam: client }) => {
    const ActionNames = Array.from({ length: 250 }, (_, index) => `s3:Action${index}`);
    const config = { client: client(), pageSize: 100 };
    const seen: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateSimulateCustomPolicy(config, { PolicyInputList: [ALLOW_S3], ActionNames })) {
      seen.push(...(page.EvaluationResults ?? []).map(({ EvalActionName }) => EvalActionName));
      pages += 1;
    }
    assert.deepEqual([seen, pages], [ActionNames, 3]);
    const large = policyOf({
      Effect: 'Allow',
      Action: 's3:*',
      Resource: Array.from({ length: 600 }, (_, index) => `arn:aws:s3:::b${index}/*`),
    });
    const first = await client().send(
      new SimulateCustomPolicyCommand({
        PolicyInputList: Array.from({ length: 10 }, () => large),
        ActionNames: ActionNames.slice(0, 100),
        ResourceArns: Array.from({ length: 30 }, (_, index) => `arn:aws:s3:::b${index}/k`),
      }),
    );
    assert.equal(first.IsTruncated, true);
    assert.ok((first.EvaluationResults?.length ?? 0) < 20);
  }));

test('context keys are listed for policies and principals', () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    const asking = (key: string) =>
      policyOf({ Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringEquals: { [key]: 'x' } } });
    const custom = await iam.send(
      new GetContextKeysForCustomPolicyCommand({ PolicyInputList: [asking('aws:SourceVpc'), asking('s3:prefix')] }),
    );
    assert.deepEqual(custom.ContextKeyNames, ['aws:SourceVpc', 's3:prefix']);
    const group = await makeGroup(identity, 'g', { inlinePolicies: { p: asking('aws:username') } });
    const user = await makeUser(identity, 'u', { inlinePolicies: { p: asking('aws:SourceIp') }, groupIds: [group.id] });
    const principal = await iam.send(
      new GetContextKeysForPrincipalPolicyCommand({ PolicySourceArn: userArn(user), PolicyInputList: [asking('a:b')] }),
    );
    assert.deepEqual(principal.ContextKeyNames, ['aws:SourceIp', 'aws:username', 'a:b']);
  }));

const pick = <T>(items: readonly [T, ...T[]]): T => items[randomInt(items.length)] ?? items[0];
const chance = (percent: number): boolean => randomInt(100) < percent;
const ACTIONS = ['s3:GetObject', 's3:PutObject', 'logs:PutLogEvents', 'iam:GetUser'] as const;
const RESOURCES = [
  'arn:aws:s3:::b/u',
  'arn:aws:s3:::b/r/x',
  `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:g`,
  `arn:aws:logs:us-east-1:${OTHER_ACCOUNT}:log-group:g`,
] as const;

function randomStatement(principals?: readonly [unknown, ...unknown[]]): object {
  const conditions: Record<string, Record<string, string>>[] = [
    { StringEquals: { 'aws:username': 'u' } },
    { StringNotEquals: { 'aws:PrincipalTag/team': 'red' } },
    { StringLikeIfExists: { 'aws:SourceVpc': 'vpc-*' } },
    { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/*` } },
    { StringEquals: { 'aws:ResourceAccount': ACCOUNT } },
    { Null: { 'aws:SourceVpc': 'true' } },
  ];
  return {
    Effect: chance(70) ? 'Allow' : 'Deny',
    [chance(85) ? 'Action' : 'NotAction']: pick([...ACTIONS, 's3:*', '*', ['s3:Get*', 'logs:*']]),
    [chance(85) ? 'Resource' : 'NotResource']: pick([
      '*',
      ...RESOURCES,
      'arn:aws:s3:::b/${aws:username}',
      'arn:aws:s3:::*',
    ]),
    ...(principals ? { Principal: pick(principals) } : {}),
    ...(chance(30) ? { Condition: conditions[randomInt(conditions.length)] } : {}),
  };
}
const some = (make: () => object, max: number) => Array.from({ length: 1 + randomInt(max) }, make);
const randomPolicy = () => policyOf(...some(() => randomStatement(), 3));

test('for any policies the simulation decides as enforcement does', () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    const { directory } = identity;
    const now = {
      id: '',
      accountId: ACCOUNT,
      path: '/',
      createdAtMs: 0,
      description: undefined,
      updatedAtMs: 0,
      tags: [],
    };
    const counts = { allow: 0, 'explicit-deny': 0, 'implicit-deny': 0 };
    for (let round = 0; round < 120; round += 1) {
      const PolicyName = `p${round}`;
      const arn = `arn:aws:iam::${ACCOUNT}:policy/${PolicyName}`;
      const versions = [{ id: 'v1', document: randomPolicy(), createdAtMs: 0 }];
      const policy = { ...now, name: PolicyName, versions, defaultVersionId: 'v1', versionsMade: 1 };
      await directory.policies.create(ACCOUNT, (id) => ({ ...policy, id }));
      const holder = {
        inlinePolicies: chance(70) ? { a: randomPolicy(), b: randomPolicy() } : {},
        attachedPolicyArns: chance(50) ? [arn] : [],
        boundaryArn: chance(40) ? pick([arn, ADMIN]) : undefined,
        tags: [{ key: 'team', value: pick(['red', 'blue']) }],
      };
      const group = await makeGroup(identity, `g${round}`, { inlinePolicies: { a: randomPolicy() } });
      const isUser = chance(50);
      let PolicySourceArn: string;
      let caller: Caller | undefined;
      if (isUser) {
        const user = await makeUser(identity, `u${round}`, { ...holder, groupIds: chance(50) ? [group.id] : [] });
        PolicySourceArn = userArn(user);
        const key = await credentialsOf(identity, user);
        caller = identity.resolve(key.accessKeyId, undefined).caller;
      } else {
        const RoleName = `r${round}`;
        await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
        const role = await directory.roles.update(ACCOUNT, RoleName, (before) => ({ ...before, ...holder }));
        PolicySourceArn = roleArn(role);
        const name = 'simulation';
        const session = {
          accountId: ACCOUNT,
          principal: { kind: 'role', roleId: role.id },
          name,
          issuedAtMs: 0,
          expiresAtMs: 1,
        } as const;
        caller = identity.callerOf(session, 'ASIA');
      }
      assert.ok(caller);
      const principals = [
        { AWS: PolicySourceArn },
        { AWS: caller.arn },
        { AWS: ACCOUNT },
        '*',
        { Service: 'logs.amazonaws.com' },
      ] as const;
      const resourcePolicy = isUser && chance(50) ? policyOf(...some(() => randomStatement(principals), 2)) : undefined;
      const authorizer = new Authorizer({
        directory,
        resource: (resource) =>
          resourcePolicy === undefined
            ? undefined
            : {
                accountId: resource.split(':')[4] || ACCOUNT,
                policy: { name: 'p', document: parsePolicy(resourcePolicy, 'resource') },
              },
        enforced: true,
      });
      const context = chance(50) ? { 'aws:SourceVpc': pick(['vpc-1', 'other']) } : {};
      const { EvaluationResults } = await iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn,
          ActionNames: [...ACTIONS],
          ResourceArns: [...RESOURCES],
          ResourcePolicy: resourcePolicy,
          ContextEntries: Object.entries(context).map(([ContextKeyName, value]) => ({
            ContextKeyName,
            ContextKeyType: 'string',
            ContextKeyValues: [value],
          })),
        }),
      );
      for (const [index, action] of ACTIONS.entries()) {
        for (const [at, resource] of RESOURCES.entries()) {
          const { effect } = authorizer.decide(caller, { action, resource }, context);
          const simulated = EvaluationResults?.[index]?.ResourceSpecificResults?.[at];
          assert.equal(
            simulated?.EvalResourceDecision,
            TOLD[effect],
            `${action} ${resource} ${JSON.stringify({ holder, resourcePolicy })}`,
          );
          const matched = simulated?.MatchedStatements?.length ?? 0;
          assert.equal(matched > 0, effect !== 'implicit-deny');
          counts[effect] += 1;
        }
      }
    }
    // Were one of them never met, the test would say little.
    for (const [effect, count] of Object.entries(counts)) assert.ok(count > 50, `${effect}: ${count}`);
  }));

const TOLD: Readonly<Record<AccessDecision['effect'], string>> = {
  allow: 'allowed',
  'explicit-deny': 'explicitDeny',
  'implicit-deny': 'implicitDeny',
};
