/** Directories to measure in: one with the caller alone, one with 10,000 users and 1,000 policies besides. */
import { randomIds } from '#base';
import {
  Directory,
  type Entity,
  type Group,
  Identity,
  type ManagedPolicy,
  policyArn,
  type Role,
  type User,
} from '#identity';
import type { State } from '#state';

export const ACCOUNT = '111122223333';
export const CALLER_KEY = {
  accessKeyId: 'AKIACALLER0000000001',
  secretAccessKey: 'the-secret-of-the-caller-of-the-bench-01',
};
export const ROOT_KEY = {
  accessKeyId: 'AKIAROOT000000000001',
  secretAccessKey: 'the-secret-of-the-root-of-the-benchmark-1',
};
/** 6 KB each: as much as IAM takes. */
const POLICY_CHARS = 6_000;
const POLICIES_OF_CALLER = 10;
/** Rows written in one transaction. */
const ROWS_AT_ONCE = 500;

export function openIdentity(state: State): Promise<Identity> {
  return Identity.open({
    accounts: [{ id: ACCOUNT, rootAccessKeyId: ROOT_KEY.accessKeyId, rootSecretAccessKey: ROOT_KEY.secretAccessKey }],
    serverKey: Buffer.alloc(32, 7),
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    ids: randomIds,
    state,
  });
}

/** A caller with ten policies of 6 KB, five of them by two groups, a role with the same, and as many others as asked. */
export async function fillDirectory(state: State, others: { users: number; policies: number }): Promise<void> {
  await Directory.open(state, randomIds);
  const seal = (await openIdentity(state)).sealSecret(CALLER_KEY.accessKeyId, CALLER_KEY.secretAccessKey);
  const policies = Array.from({ length: POLICIES_OF_CALLER + others.policies }, (_, at) => managedPolicy(at));
  const arns = policies.slice(0, POLICIES_OF_CALLER).map(policyArn);
  const groups = [group(0, arns.slice(5, 8)), group(1, arns.slice(8))];
  const groupIds = groups.map(({ id }) => id);
  const caller: User = { ...user(0, groupIds), attachedPolicyArns: arns.slice(0, 5) };
  const role: Role = {
    ...entity('AROA', 'Role', 0),
    description: undefined,
    maxSessionSeconds: 3600,
    trustPolicy: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}',
    inlinePolicies: {},
    attachedPolicyArns: arns,
    boundaryArn: undefined,
    tags: [],
  };
  await write(state, 'policy', policies);
  await write(state, 'group', groups);
  await write(state, 'role', [role]);
  await write(state, 'user', [caller, ...Array.from({ length: others.users }, (_, at) => user(at + 1, groupIds))]);
  await write(state, 'access-key', [
    accessKey(CALLER_KEY.accessKeyId, caller.id, seal),
    ...Array.from({ length: others.users }, (_, at) =>
      accessKey(`AKIAOTHER${String(at).padStart(11, '0')}`, user(at + 1, []).id, seal),
    ),
  ]);
}

async function write(state: State, kind: string, entities: readonly Entity[]): Promise<void> {
  for (let at = 0; at < entities.length; at += ROWS_AT_ONCE) {
    await state.transaction(
      entities.slice(at, at + ROWS_AT_ONCE).map((one) => ({
        sql: 'INSERT INTO identity_entities (kind, account_id, name_key, id, body) VALUES (?, ?, ?, ?, ?)',
        parameters: [kind, one.accountId, one.name.toLowerCase(), one.id, JSON.stringify(one)],
      })),
    );
  }
}

function entity(idPrefix: string, name: string, at: number): Entity {
  const number = String(at).padStart(6, '0');
  return {
    id: `${idPrefix}${number.padStart(17, 'A')}`,
    accountId: ACCOUNT,
    name: `${name}${number}`,
    path: '/',
    createdAtMs: 0,
  };
}

function user(at: number, groupIds: readonly string[]): User {
  const boundaryArn = undefined;
  return { ...entity('AIDA', 'User', at), inlinePolicies: {}, attachedPolicyArns: [], boundaryArn, groupIds, tags: [] };
}

function group(at: number, attachedPolicyArns: readonly string[]): Group {
  return { ...entity('AGPA', 'Group', at), inlinePolicies: {}, attachedPolicyArns };
}

function accessKey(id: string, userId: string, sealedSecret: string): Entity & Record<string, unknown> {
  return { id, accountId: ACCOUNT, name: id, path: '/', createdAtMs: 0, userId, active: true, sealedSecret };
}

function managedPolicy(at: number): ManagedPolicy {
  const document = policyDocument(at);
  return {
    ...entity('ANPA', 'Policy', at),
    description: undefined,
    versions: [{ id: 'v1', document, createdAtMs: 0 }],
    defaultVersionId: 'v1',
    versionsMade: 1,
    updatedAtMs: 0,
    tags: [],
  };
}

/** Statements of the kinds that people write; the caller's last policy is the one that allows the call. */
function policyDocument(at: number): string {
  const statements: unknown[] = [
    {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { StringNotEqualsIfExists: { 'aws:RequestedRegion': ['us-east-1', 'eu-west-1'] } },
    },
    {
      Effect: 'Deny',
      Action: 'bedrock:*',
      Resource: '*',
      Condition: { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '127.0.0.0/8'] } },
    },
  ];
  if (at === POLICIES_OF_CALLER - 1) {
    statements.push({
      Effect: 'Allow',
      Action: ['bedrock:InvokeModel*', 'bedrock:Converse*'],
      Resource: 'arn:aws:bedrock:*::foundation-model/anthropic.*',
      Condition: { StringLike: { 'aws:PrincipalArn': "arn:aws:iam::*:*/${aws:username, 'Role000000'}" } },
    });
  }
  for (let number = 0; JSON.stringify(statements).length < POLICY_CHARS - 300; number += 1) {
    const table = `table-${at}-${number}`;
    statements.push(
      number % 4 === 3
        ? {
            Sid: `No${number}`,
            Effect: 'Deny',
            NotAction: ['iam:Get*', 'iam:List*', 'bedrock:*', 'logs:*'],
            Resource: `arn:aws:s3:::${table}/*`,
          }
        : {
            Sid: `Some${number}`,
            Effect: 'Allow',
            Action: ['dynamodb:GetItem', 'dynamodb:Query', 's3:GetObject*', 'bedrock:List*', 'logs:Describe*'],
            Resource: [`arn:aws:dynamodb:*:*:table/${table}`, `arn:aws:s3:::${table}/\${aws:username}/*`],
            Condition: { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } },
          },
    );
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
