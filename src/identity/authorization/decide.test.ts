/** Identities × operations × policies: what AWS's documentation says of each, and what `decide` says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy, type RequestPrincipal } from '../policy/index.ts';
import { decide } from './decide.ts';
import type { AccessDecision, AccessRequest, AttachedPolicy, RequestContext } from './types.ts';

const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const iam = (path: string, account = ACCOUNT): string => `arn:aws:iam::${account}:${path}`;
const sts = (path: string, account = ACCOUNT): string => `arn:aws:sts::${account}:${path}`;

type Json = Record<string, unknown>;

interface Who {
  readonly principal: RequestPrincipal;
  readonly accountId: string;
  readonly root?: boolean;
}
const aws = (
  arn: string,
  more: Partial<Extract<RequestPrincipal, { type: 'AWS' }>> = {},
  accountId = ACCOUNT,
): Who => ({
  principal: { type: 'AWS', accountId, arn, ...more },
  accountId,
});
const root: Who = { ...aws(iam('root')), root: true };
const bob = aws(iam('user/bob'));
const session = aws(sts('assumed-role/Reader/me'), { roleArn: iam('role/team/Reader') });
const guest = aws(sts('federated-user/guest'), { userArn: bob.principal.type === 'AWS' ? bob.principal.arn : '' });
const rootsGuest: Who = { ...aws(sts('federated-user/guest')), root: true };
const strangerRoot: Who = { ...aws(iam('root', OTHER), {}, OTHER), root: true };
const stranger = aws(iam('user/eve', OTHER), {}, OTHER);
const strangersSession = aws(sts('assumed-role/R/s', OTHER), { roleArn: iam('role/R', OTHER) }, OTHER);
const service: Who = { principal: { type: 'Service', name: 'bedrock.amazonaws.com' }, accountId: '' };
const provider: Who = { principal: { type: 'Federated', name: iam('oidc-provider/issuer.example') }, accountId: '' };
const anonymous: Who = { principal: { type: 'anonymous' }, accountId: '' };

/** Statements, in short. */
const may: Json = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' };
const mayNot: Json = { ...may, Effect: 'Deny' };
const mayElse: Json = { ...may, Action: 's3:PutObject' };
const to = (Principal: unknown, more: Json = {}): Json => ({ ...may, Principal, ...more });
const notTo = (Principal: unknown, more: Json = {}): Json => ({ ...mayNot, Principal, ...more });
const trusts = (Principal: unknown, more: Json = {}): Json => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal,
  ...more,
});
const mayAssume: Json = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: iam('role/Target') };

interface Given {
  readonly own?: readonly Json[];
  readonly boundary?: readonly Json[];
  readonly session?: readonly Json[];
  /** Of a bucket, or with `assume` a role's trust policy. */
  readonly resource?: readonly Json[];
  readonly assume?: true;
  readonly context?: RequestContext;
  /** Who owns the resource; else the first account. */
  readonly owner?: string;
}

type Expected = 'allow' | `explicit-deny: ${string}` | `implicit-deny: ${string}`;
type Row = readonly [rule: string, who: Who, given: Given, expected: Expected];

const IDENTITY = 'identity-based policy';
const RESOURCE = 'resource-based policy';
const BOUNDARY = 'permissions boundary';
const SESSION = 'session policy';

const LOGIC = 'Policy evaluation logic';
const WITHIN = 'Policy evaluation for requests within a single account';
const ACROSS = 'Cross-account policy evaluation logic';
const BOUNDARIES = 'Permissions boundaries for IAM entities';
const SESSIONS = 'Session policies';
const PRINCIPAL = 'AWS JSON policy elements: Principal';
const NOT_PRINCIPAL = 'AWS JSON policy elements: NotPrincipal';
const TRUST = 'How IAM roles differ from resource-based policies';
const OPERATORS = 'IAM JSON policy elements: Condition operators';
const VARIABLES = 'IAM policy elements: Variables and tags';
const DEPUTY = 'The confused deputy problem';
const EVERYBODY = `${PRINCIPAL}, "All principals"`;

const ROWS: readonly Row[] = [
  [`${LOGIC}: by default all requests are denied`, bob, {}, `implicit-deny: ${IDENTITY}`],
  [`${LOGIC}: … with the exception of root`, root, {}, 'allow'],
  [`${LOGIC}: an explicit allow overrides the default`, bob, { own: [may] }, 'allow'],
  [`${LOGIC}: another action's allow does not`, bob, { own: [mayElse] }, `implicit-deny: ${IDENTITY}`],
  [`${LOGIC}: an explicit deny overrides any allow`, bob, { own: [may, mayNot] }, `explicit-deny: ${IDENTITY}`],
  [`${LOGIC}: … wherever it stands`, bob, { own: [mayNot, may] }, `explicit-deny: ${IDENTITY}`],
  [`${LOGIC}: … for sessions too`, session, { own: [may, mayNot] }, `explicit-deny: ${IDENTITY}`],
  [`${LOGIC}: … in a resource's policy`, bob, { own: [may], resource: [notTo('*')] }, `explicit-deny: ${RESOURCE}`],
  [`${LOGIC}: … in a boundary`, bob, { own: [may], boundary: [may, mayNot] }, `explicit-deny: ${BOUNDARY}`],
  [`${LOGIC}: … in a session policy`, session, { own: [may], session: [may, mayNot] }, `explicit-deny: ${SESSION}`],
  [
    `${LOGIC}: a resource's policy can deny root`,
    root,
    { resource: [notTo({ AWS: ACCOUNT })] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [`${LOGIC}: … as everybody`, root, { resource: [notTo('*')] }, `explicit-deny: ${RESOURCE}`],
  [
    `${LOGIC}: a deny of another user does not concern`,
    bob,
    { own: [may], resource: [notTo({ AWS: iam('user/ann') })] },
    'allow',
  ],
  [
    `${LOGIC}: a deny naming the account applies to its users`,
    bob,
    { own: [may], resource: [notTo({ AWS: ACCOUNT })] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${LOGIC}: … and to its sessions`,
    session,
    { own: [may], resource: [notTo({ AWS: iam('root') })] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${LOGIC}: a deny naming a role applies to its sessions`,
    session,
    { own: [may], resource: [notTo({ AWS: iam('role/team/Reader') })] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${LOGIC}: a deny naming a session applies to it`,
    session,
    { own: [may], resource: [notTo({ AWS: sts('assumed-role/Reader/me') })] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${LOGIC}: … and to no other session`,
    session,
    { own: [may], resource: [notTo({ AWS: sts('assumed-role/Reader/you') })] },
    'allow',
  ],
  [
    `${LOGIC}: a deny naming a user applies to their federated users`,
    guest,
    { own: [may], session: [may], resource: [notTo({ AWS: iam('user/bob') })] },
    `explicit-deny: ${RESOURCE}`,
  ],

  [
    `${WITHIN}: the identity's allow is enough`,
    session,
    { own: [may], resource: [to({ AWS: iam('user/ann') })] },
    'allow',
  ],
  [
    `${WITHIN}: the resource's allow is enough, naming the user`,
    bob,
    { resource: [to({ AWS: iam('user/bob') })] },
    'allow',
  ],
  [`${WITHIN}: … not another one`, bob, { resource: [to({ AWS: iam('user/ann') })] }, `implicit-deny: ${IDENTITY}`],
  [
    `${WITHIN}: … nor with a name in another case`,
    bob,
    { resource: [to({ AWS: iam('user/Bob') })] },
    `implicit-deny: ${IDENTITY}`,
  ],
  [
    `${WITHIN}: a user named is not limited by a boundary`,
    bob,
    { boundary: [mayElse], resource: [to({ AWS: iam('user/bob') })] },
    'allow',
  ],
  [
    `${WITHIN}: … but by its deny`,
    bob,
    { boundary: [mayNot], resource: [to({ AWS: iam('user/bob') })] },
    `explicit-deny: ${BOUNDARY}`,
  ],
  [
    `${WITHIN}: a role named grants to its sessions`,
    session,
    { resource: [to({ AWS: iam('role/team/Reader') })] },
    'allow',
  ],
  [
    `${WITHIN}: … limited by a boundary`,
    session,
    { boundary: [mayElse], resource: [to({ AWS: iam('role/team/Reader') })] },
    `implicit-deny: ${BOUNDARY}`,
  ],
  [
    `${WITHIN}: … limited by a session policy`,
    session,
    { session: [mayElse], resource: [to({ AWS: iam('role/team/Reader') })] },
    `implicit-deny: ${SESSION}`,
  ],
  [
    `${WITHIN}: … allowed where both allow`,
    session,
    { boundary: [may], session: [may], resource: [to({ AWS: iam('role/team/Reader') })] },
    'allow',
  ],
  [
    `${WITHIN}: a session named is not limited by a boundary`,
    session,
    { boundary: [mayElse], resource: [to({ AWS: sts('assumed-role/Reader/me') })] },
    'allow',
  ],
  [
    `${WITHIN}: … nor by a session policy`,
    session,
    { session: [mayElse], resource: [to({ AWS: sts('assumed-role/Reader/me') })] },
    'allow',
  ],
  [
    `${WITHIN}: … however many statements name its role too`,
    session,
    {
      session: [mayElse],
      resource: [to({ AWS: iam('role/team/Reader') }), to({ AWS: sts('assumed-role/Reader/me') })],
    },
    'allow',
  ],
  [
    `${WITHIN}: a federated user named is not limited by a session policy`,
    guest,
    { session: [mayElse], resource: [to({ AWS: sts('federated-user/guest') })] },
    'allow',
  ],
  [
    `${WITHIN}: the federating user named is`,
    guest,
    { session: [mayElse], resource: [to({ AWS: iam('user/bob') })] },
    `implicit-deny: ${SESSION}`,
  ],
  [
    `${WITHIN}: … by the boundary too`,
    guest,
    { boundary: [mayElse], session: [may], resource: [to({ AWS: iam('user/bob') })] },
    `implicit-deny: ${BOUNDARY}`,
  ],
  [
    `${WITHIN}: … and grants within both`,
    guest,
    { boundary: [may], session: [may], resource: [to({ AWS: iam('user/bob') })] },
    'allow',
  ],

  [
    `${PRINCIPAL}: the account named delegates to its own policies`,
    bob,
    { resource: [to({ AWS: ACCOUNT })] },
    `implicit-deny: ${IDENTITY}`,
  ],
  [`${PRINCIPAL}: … by ARN too`, session, { resource: [to({ AWS: iam('root') })] }, `implicit-deny: ${IDENTITY}`],
  [`${PRINCIPAL}: … which may allow`, session, { own: [may], resource: [to({ AWS: iam('root') })] }, 'allow'],
  [
    `${PRINCIPAL}: a role's path is part of its name`,
    session,
    { resource: [to({ AWS: iam('role/Reader') })] },
    `implicit-deny: ${IDENTITY}`,
  ],
  [`${EVERYBODY}: within the account no other permissions are required`, bob, { resource: [to('*')] }, 'allow'],
  [`${EVERYBODY}: … written as {"AWS": "*"}`, session, { resource: [to({ AWS: '*' })] }, 'allow'],
  [
    `${EVERYBODY}: boundaries and session policies do not limit it`,
    session,
    {
      boundary: [mayElse],
      session: [mayElse],
      resource: [to('*', { Condition: { ArnEquals: { 'aws:PrincipalArn': iam('role/team/Reader') } } })],
      context: { 'aws:PrincipalArn': iam('role/team/Reader') },
    },
    'allow',
  ],
  [
    `${EVERYBODY}: … unless they deny`,
    session,
    { session: [mayNot], resource: [to('*')] },
    `explicit-deny: ${SESSION}`,
  ],
  [
    `${EVERYBODY}: other accounts need permissions of their own`,
    stranger,
    { resource: [to('*')] },
    `implicit-deny: ${IDENTITY}`,
  ],
  [`${EVERYBODY}: … and with them may`, stranger, { own: [may], resource: [to('*')] }, 'allow'],
  [`${EVERYBODY}: anonymous callers too`, anonymous, { resource: [to('*')] }, 'allow'],
  [
    `${EVERYBODY}: … not those of an account`,
    anonymous,
    { resource: [to({ AWS: ACCOUNT })] },
    `implicit-deny: ${RESOURCE}`,
  ],

  [`${BOUNDARIES}: both must allow`, bob, { own: [may], boundary: [may] }, 'allow'],
  [`${BOUNDARIES}: a boundary alone grants nothing`, bob, { boundary: [may] }, `implicit-deny: ${IDENTITY}`],
  [
    `${BOUNDARIES}: an action outside is denied`,
    bob,
    { own: [may], boundary: [mayElse] },
    `implicit-deny: ${BOUNDARY}`,
  ],
  [`${BOUNDARIES}: one that is gone allows nothing`, bob, { own: [may], boundary: [] }, `implicit-deny: ${BOUNDARY}`],
  [
    `${BOUNDARIES}: of a role, for its sessions`,
    session,
    { own: [may], boundary: [mayElse] },
    `implicit-deny: ${BOUNDARY}`,
  ],
  [
    `${BOUNDARIES}: the account named stays within`,
    bob,
    { own: [may], boundary: [mayElse], resource: [to({ AWS: ACCOUNT })] },
    `implicit-deny: ${BOUNDARY}`,
  ],
  [`${SESSIONS}: the intersection of both`, session, { own: [may], session: [may] }, 'allow'],
  [
    `${SESSIONS}: what the session policy leaves out is denied`,
    session,
    { own: [may], session: [mayElse] },
    `implicit-deny: ${SESSION}`,
  ],
  [`${SESSIONS}: it grants nothing by itself`, session, { session: [may] }, `implicit-deny: ${IDENTITY}`],
  [
    `${SESSIONS}: with a boundary, all three`,
    session,
    { own: [may], boundary: [may], session: [mayElse] },
    `implicit-deny: ${SESSION}`,
  ],
  [
    `${SESSIONS}: a federated user without any may nothing`,
    guest,
    { own: [may], session: [] },
    `implicit-deny: ${SESSION}`,
  ],
  [
    `${SESSIONS}: a federated user of root is limited by them`,
    rootsGuest,
    { session: [mayElse] },
    `implicit-deny: ${SESSION}`,
  ],
  [`${SESSIONS}: … and may what they allow`, rootsGuest, { session: [may] }, 'allow'],

  [`${ACROSS}: both accounts must allow`, stranger, { own: [may], resource: [to({ AWS: OTHER })] }, 'allow'],
  [`${ACROSS}: the trusting one must`, stranger, { own: [may] }, `implicit-deny: ${RESOURCE}`],
  [
    `${ACROSS}: the trusted one must, even where the user is named`,
    stranger,
    { resource: [to({ AWS: iam('user/eve', OTHER) })] },
    `implicit-deny: ${IDENTITY}`,
  ],
  [
    `${ACROSS}: … and the session`,
    strangersSession,
    { resource: [to({ AWS: sts('assumed-role/R/s', OTHER) })] },
    `implicit-deny: ${IDENTITY}`,
  ],
  [
    `${ACROSS}: a user named, with permissions`,
    stranger,
    { own: [may], resource: [to({ AWS: iam('user/eve', OTHER) })] },
    'allow',
  ],
  [
    `${ACROSS}: a role named, with permissions`,
    strangersSession,
    { own: [may], resource: [to({ AWS: iam('role/R', OTHER) })] },
    'allow',
  ],
  [
    `${ACROSS}: the boundary counts`,
    stranger,
    { own: [may], boundary: [mayElse], resource: [to({ AWS: iam('user/eve', OTHER) })] },
    `implicit-deny: ${BOUNDARY}`,
  ],
  [
    `${ACROSS}: the session policy counts`,
    strangersSession,
    { own: [may], session: [mayElse], resource: [to({ AWS: sts('assumed-role/R/s', OTHER) })] },
    `implicit-deny: ${SESSION}`,
  ],
  [`${ACROSS}: root of another account needs the resource's allow`, strangerRoot, {}, `implicit-deny: ${RESOURCE}`],
  [`${ACROSS}: … and has it when its account is named`, strangerRoot, { resource: [to({ AWS: OTHER })] }, 'allow'],
  [
    `${ACROSS}: a deny on either side wins`,
    stranger,
    { own: [may, mayNot], resource: [to('*')] },
    `explicit-deny: ${IDENTITY}`,
  ],
  [
    `${ACROSS}: … on the other`,
    stranger,
    { own: [may], resource: [to('*'), notTo({ AWS: OTHER })] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${ACROSS}: a user's allow for what is not theirs is none`,
    bob,
    { own: [may], owner: OTHER },
    `implicit-deny: ${RESOURCE}`,
  ],

  [
    `${TRUST}: the trust policy must allow, whatever the caller may`,
    bob,
    { own: [mayAssume], assume: true, resource: [trusts({ AWS: iam('user/ann') })] },
    `implicit-deny: ${RESOURCE}`,
  ],
  [
    `${TRUST}: … for root too`,
    root,
    { assume: true, resource: [trusts({ AWS: iam('user/ann') })] },
    `implicit-deny: ${RESOURCE}`,
  ],
  [
    `${TRUST}: the account named leaves it to the caller's policies`,
    bob,
    { assume: true, resource: [trusts({ AWS: ACCOUNT })] },
    `implicit-deny: ${IDENTITY}`,
  ],
  [`${TRUST}: … which allow`, bob, { own: [mayAssume], assume: true, resource: [trusts({ AWS: ACCOUNT })] }, 'allow'],
  [
    `${TRUST}: a user named needs no more`,
    bob,
    { assume: true, resource: [trusts({ AWS: iam('user/bob') })] },
    'allow',
  ],
  [
    `${TRUST}: a role named, neither`,
    session,
    { assume: true, resource: [trusts({ AWS: iam('role/team/Reader') })] },
    'allow',
  ],
  [
    `${TRUST}: … but stays within the session policy`,
    session,
    { session: [may], assume: true, resource: [trusts({ AWS: iam('role/team/Reader') })] },
    `implicit-deny: ${SESSION}`,
  ],
  [
    `${TRUST}: across accounts both`,
    stranger,
    { assume: true, resource: [trusts({ AWS: iam('user/eve', OTHER) })] },
    `implicit-deny: ${IDENTITY}`,
  ],
  [`${TRUST}: … and then`, stranger, { own: [mayAssume], assume: true, resource: [trusts({ AWS: OTHER })] }, 'allow'],
  [
    `${TRUST}: external ids are a condition`,
    stranger,
    {
      own: [mayAssume],
      assume: true,
      resource: [trusts({ AWS: OTHER }, { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } })],
      context: { 'sts:ExternalId': 'y' },
    },
    `implicit-deny: ${RESOURCE}`,
  ],
  [
    `${TRUST}: a service named`,
    service,
    { assume: true, resource: [trusts({ Service: 'bedrock.amazonaws.com' })] },
    'allow',
  ],
  [
    `${TRUST}: … not another`,
    service,
    { assume: true, resource: [trusts({ Service: 'ec2.amazonaws.com' })] },
    `implicit-deny: ${RESOURCE}`,
  ],
  [
    `${TRUST}: a provider named`,
    provider,
    { assume: true, resource: [trusts({ Federated: iam('oidc-provider/issuer.example') })] },
    'allow',
  ],
  [
    `${TRUST}: … not another`,
    provider,
    { assume: true, resource: [trusts({ Federated: iam('oidc-provider/else.example') })] },
    `implicit-deny: ${RESOURCE}`,
  ],
  [
    `${TRUST}: a deny in the trust policy wins`,
    bob,
    { own: [mayAssume], assume: true, resource: [trusts('*'), trusts({ AWS: ACCOUNT }, { Effect: 'Deny' })] },
    `explicit-deny: ${RESOURCE}`,
  ],

  [
    `${DEPUTY}: a service, for the account it says`,
    service,
    {
      resource: [
        to({ Service: 'bedrock.amazonaws.com' }, { Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }),
      ],
      context: { 'aws:SourceAccount': ACCOUNT },
    },
    'allow',
  ],
  [
    `${DEPUTY}: … not for another`,
    service,
    {
      resource: [
        to({ Service: 'bedrock.amazonaws.com' }, { Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }),
      ],
      context: { 'aws:SourceAccount': OTHER },
    },
    `implicit-deny: ${RESOURCE}`,
  ],
  [
    `${DEPUTY}: … nor without saying`,
    service,
    {
      resource: [
        to({ Service: 'bedrock.amazonaws.com' }, { Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }),
      ],
    },
    `implicit-deny: ${RESOURCE}`,
  ],
  [`${DEPUTY}: a service needs the resource's allow in its own account too`, service, {}, `implicit-deny: ${RESOURCE}`],
  [
    `${DEPUTY}: a deny of everybody concerns services`,
    service,
    { resource: [to({ Service: 'bedrock.amazonaws.com' }), notTo('*')] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${DEPUTY}: … but where it excepts them`,
    service,
    {
      resource: [
        to({ Service: 'bedrock.amazonaws.com' }),
        notTo('*', { Condition: { BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' } } }),
      ],
      context: { 'aws:PrincipalIsAWSService': 'true' },
    },
    'allow',
  ],

  [
    `${NOT_PRINCIPAL}: account and user spared`,
    bob,
    { own: [may], resource: [{ ...mayNot, NotPrincipal: { AWS: [iam('user/bob'), iam('root')] } }] },
    'allow',
  ],
  [
    `${NOT_PRINCIPAL}: the user without the account is not`,
    bob,
    { own: [may], resource: [{ ...mayNot, NotPrincipal: { AWS: iam('user/bob') } }] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${NOT_PRINCIPAL}: others of the account are not`,
    session,
    { own: [may], resource: [{ ...mayNot, NotPrincipal: { AWS: [iam('user/bob'), iam('root')] } }] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${NOT_PRINCIPAL}: account, role and session spared`,
    session,
    {
      own: [may],
      resource: [
        { ...mayNot, NotPrincipal: { AWS: [sts('assumed-role/Reader/me'), iam('role/team/Reader'), ACCOUNT] } },
      ],
    },
    'allow',
  ],
  [
    `${NOT_PRINCIPAL}: without the session they are not`,
    session,
    { own: [may], resource: [{ ...mayNot, NotPrincipal: { AWS: [iam('role/team/Reader'), ACCOUNT] } }] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${NOT_PRINCIPAL}: whoever has a boundary is always denied (${BOUNDARIES})`,
    bob,
    { own: [may], boundary: [may], resource: [{ ...mayNot, NotPrincipal: { AWS: [iam('user/bob'), iam('root')] } }] },
    `explicit-deny: ${RESOURCE}`,
  ],
  [
    `${NOT_PRINCIPAL}: with Allow, everybody else`,
    bob,
    { resource: [{ ...may, NotPrincipal: { AWS: iam('user/ann') } }] },
    'allow',
  ],
  [
    `${NOT_PRINCIPAL}: … not who is named, even where another statement names the account`,
    bob,
    { resource: [to({ AWS: ACCOUNT }), { ...may, NotPrincipal: { AWS: ACCOUNT } }] },
    `implicit-deny: ${IDENTITY}`,
  ],

  [
    `${OPERATORS}: a condition that holds`,
    bob,
    {
      own: [{ ...may, Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }],
      context: { 'aws:SourceIp': '203.0.113.7' },
    },
    'allow',
  ],
  [
    `${OPERATORS}: a key that is absent fits nothing`,
    bob,
    { own: [{ ...may, Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }] },
    `implicit-deny: ${IDENTITY}`,
  ],
  [
    `${OPERATORS}: a negated deny applies to an absent key`,
    bob,
    { own: [may, { ...mayNot, Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } } }] },
    `explicit-deny: ${IDENTITY}`,
  ],
  [
    `${OPERATORS}: IfExists passes over an absent key`,
    bob,
    { own: [{ ...may, Condition: { StringEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } } }] },
    'allow',
  ],
  [
    `${VARIABLES}: a value of the caller`,
    bob,
    { own: [{ ...may, Resource: 'arn:aws:s3:::bucket/${aws:username}' }], context: { 'aws:username': 'key' } },
    'allow',
  ],
  [
    `${VARIABLES}: without a value no allow applies`,
    bob,
    { own: [{ ...may, Resource: ['arn:aws:s3:::bucket/${aws:username}', 'arn:aws:s3:::none'] }] },
    `implicit-deny: ${IDENTITY}`,
  ],
];

for (const [rule, who, given, expected] of ROWS) {
  test(`${rule} → ${expected}`, () => {
    const { effect, layer } = decideOn(who, given);
    assert.equal(effect === 'allow' ? effect : `${effect}: ${layer}`, expected);
  });
}

function decideOn({ principal, accountId, root: isRoot }: Who, given: Given): AccessDecision {
  const { own = [], boundary, session: ofSession, resource, assume, context = {}, owner = ACCOUNT } = given;
  const request: AccessRequest = {
    action: assume ? 'sts:AssumeRole' : 's3:GetObject',
    resource: assume ? iam('role/Target') : 'arn:aws:s3:::bucket/key',
    context,
    principal,
    accountId,
    policies: {
      identity: isRoot ? 'everything' : policies(own, 'identity'),
      boundary: boundary && policies(boundary, 'identity'),
      session: ofSession && policies(ofSession, 'identity'),
    },
    resourceAccountId: owner,
    resourcePolicy: resource && policies(resource, assume ? 'trust' : 'resource')[0],
    resourcePolicyRole: assume ? 'must-allow' : 'may-grant',
  };
  return decide(request);
}

function policies(statements: readonly Json[], kind: 'identity' | 'resource' | 'trust'): AttachedPolicy[] {
  if (statements.length === 0) return [];
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return [{ name: 'policy', document: parsePolicy(text, kind) }];
}

test('a decision tells the policy and the statement that decided', () => {
  const decision = decideOn(bob, { own: [may, { ...mayNot, Sid: 'No' }] });
  assert.equal(decision.policy, 'policy');
  assert.equal(decision.statement?.sid, 'No');
  assert.equal(decideOn(root, {}).layer, undefined);
  const granted = decideOn(bob, { resource: [to({ AWS: ACCOUNT }, { Sid: 'Account' }), to('*', { Sid: 'All' })] });
  assert.deepEqual([granted.layer, granted.statement?.sid], [RESOURCE, 'All']);
});
