import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  paginateGetAccountAuthorizationDetails,
} from '@aws-sdk/client-iam';
import { credentialsOf, fails, makeGroup, makeUser, policyOf } from './iam-entities.ts';
import { ACCOUNT, OTHER_ROOT_KEY, withServices } from './in-process.ts';

const POLICY = policyOf({ Effect: 'Allow', Action: 'logs:*', Resource: '*' });
const TRUST = policyOf({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' });
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const OWN = `arn:aws:iam::${ACCOUNT}:policy/P`;

test('the whole account is told to audits, with documents, in pages and by kind', () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    await iam.send(new CreatePolicyCommand({ PolicyName: 'P', PolicyDocument: POLICY }));
    await iam.send(
      new CreatePolicyVersionCommand({
        PolicyArn: OWN,
        PolicyDocument: TRUST.replace(/,"Principal":\{[^}]*\}/, ',"Resource":"*"'),
      }),
    );
    const group = await makeGroup(identity, 'g', { inlinePolicies: { inline: POLICY } });
    await makeUser(identity, 'u', { groupIds: [group.id], boundaryArn: OWN, tags: [{ key: 'a', value: 'b' }] });
    await iam.send(new AttachUserPolicyCommand({ UserName: 'u', PolicyArn: ADMIN }));
    await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: TRUST, Description: 'x' }));
    const whole = await iam.send(new GetAccountAuthorizationDetailsCommand({}));
    const [user] = whole.UserDetailList ?? [];
    assert.deepEqual(
      [
        user?.UserName,
        user?.GroupList,
        user?.AttachedManagedPolicies,
        user?.Tags,
        user?.PermissionsBoundary?.PermissionsBoundaryArn,
      ],
      ['u', ['g'], [{ PolicyName: 'AdministratorAccess', PolicyArn: ADMIN }], [{ Key: 'a', Value: 'b' }], OWN],
    );
    const [inline] = whole.GroupDetailList?.[0]?.GroupPolicyList ?? [];
    assert.deepEqual([inline?.PolicyName, decodeURIComponent(inline?.PolicyDocument ?? '')], ['inline', POLICY]);
    const [role] = whole.RoleDetailList ?? [];
    assert.equal(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''), TRUST);
    // Own policies, and of AWS's those in use.
    assert.deepEqual(
      whole.Policies?.map((policy) => [policy.PolicyName, policy.PolicyVersionList?.map(({ VersionId }) => VersionId)]),
      [
        ['AdministratorAccess', ['v1']],
        ['P', ['v2', 'v1']],
      ],
    );
    let things = 0;
    let pages = 0;
    for await (const page of paginateGetAccountAuthorizationDetails({ client: iam, pageSize: 2 }, {})) {
      for (const list of [page.UserDetailList, page.GroupDetailList, page.RoleDetailList, page.Policies])
        things += list?.length ?? 0;
      pages += 1;
    }
    assert.deepEqual([things, pages], [5, 3]);
    const local = await iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['LocalManagedPolicy', 'Role'] }));
    assert.deepEqual(
      [local.Policies?.length, local.RoleDetailList?.length, local.UserDetailList?.length ?? 0],
      [1, 1, 0],
    );
    const other = await client(OTHER_ROOT_KEY).send(new GetAccountAuthorizationDetailsCommand({}));
    assert.deepEqual([other.UserDetailList ?? [], other.Policies ?? []], [[], []]);
  }));

test("the summary counts what is there and tells AWS's quotas", () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    await iam.send(new CreatePolicyCommand({ PolicyName: 'P', PolicyDocument: POLICY }));
    const user = await makeUser(identity, 'u');
    await makeUser(identity, 'v');
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
    assert.deepEqual(
      [SummaryMap?.Users, SummaryMap?.Groups, SummaryMap?.Policies, SummaryMap?.PolicyVersionsInUse],
      [2, 0, 1, 1],
    );
    assert.deepEqual([SummaryMap?.PolicySizeQuota, SummaryMap?.AccountAccessKeysPresent], [6144, 1]);
    const denied = fails('AccessDenied', /not authorized to perform: iam:GetAccountSummary/, 403);
    await assert.rejects(client(await credentialsOf(identity, user)).send(new GetAccountSummaryCommand({})), denied);
  }));
