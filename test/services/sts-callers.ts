/** Users, roles and sessions for tests of STS, made through the real clients. */
import assert from 'node:assert/strict';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  type IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type Credentials as StsCredentials,
  type STSClient,
} from '@aws-sdk/client-sts';
import { ACCOUNT } from './in-process.ts';

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

export const roleArn = (name: string, account = ACCOUNT): string => `arn:aws:iam::${account}:role/${name}`;
export const policy = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
export const allow = (Action: string | string[], Resource: string | string[] = '*', more: object = {}): string =>
  policy({ Effect: 'Allow', Action, Resource, ...more });
export const trust = (Principal: unknown, Action: string | string[] = 'sts:AssumeRole', more: object = {}): string =>
  policy({ Effect: 'Allow', Principal, Action, ...more });

/** A user with a key and, when given, an inline policy. */
export async function makeUser(iam: IAMClient, UserName: string, document?: string, tags: Record<string, string> = {}) {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await iam.send(new CreateUserCommand({ UserName, Tags }));
  if (document !== undefined) {
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: document }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

export async function makeRole(
  iam: IAMClient,
  RoleName: string,
  AssumeRolePolicyDocument: string,
  document?: string,
  changes: object = {},
): Promise<void> {
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, ...changes }));
  if (document !== undefined) {
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: document }));
  }
}

export const assume = (sts: STSClient, role: string, changes: Partial<AssumeRoleCommandInput> = {}) =>
  sts.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'me', ...changes }));

export function keysOf(credentials: StsCredentials | undefined): Keys {
  return {
    accessKeyId: credentials?.AccessKeyId ?? '',
    secretAccessKey: credentials?.SecretAccessKey ?? '',
    sessionToken: credentials?.SessionToken ?? '',
  };
}

export async function sessionOf(
  sts: STSClient,
  role: string,
  changes: Partial<AssumeRoleCommandInput> = {},
): Promise<Keys> {
  return keysOf((await assume(sts, role, changes)).Credentials);
}

export const fails =
  (code: string, message: string | RegExp, status: number) =>
  (error: unknown): true => {
    const { name, message: text, $metadata } = error as Error & { $metadata?: { httpStatusCode: number } };
    assert.deepEqual([name.replace(/Exception$/, ''), $metadata?.httpStatusCode], [code, status], text);
    if (typeof message === 'string') assert.equal(text, message);
    else assert.match(text, message);
    return true;
  };

/** AWS's bare sentence: STS tells nobody why. */
export const denied = (caller: string, resource: string, action = 'sts:AssumeRole') =>
  fails('AccessDenied', `User: ${caller} is not authorized to perform: ${action} on resource: ${resource}`, 403);
