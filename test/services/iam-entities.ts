/** Users and groups put into the directory as tests need them, and credentials of users. */
import type { Group, Identity, User } from '#identity';
import { ACCOUNT } from './in-process.ts';

export function makeUser(identity: Identity, name: string, changes: Partial<User> = {}): Promise<User> {
  return identity.directory.users.create(ACCOUNT, (id) => ({
    id,
    accountId: ACCOUNT,
    name,
    path: '/',
    createdAtMs: 0,
    inlinePolicies: {},
    attachedPolicyArns: [],
    boundaryArn: undefined,
    groupIds: [],
    tags: [],
    ...changes,
  }));
}

export function makeGroup(identity: Identity, name: string, changes: Partial<Group> = {}): Promise<Group> {
  return identity.directory.groups.create(ACCOUNT, (id) => ({
    id,
    accountId: ACCOUNT,
    name,
    path: '/',
    createdAtMs: 0,
    inlinePolicies: {},
    attachedPolicyArns: [],
    ...changes,
  }));
}

/** An access key of the user's. */
export async function credentialsOf(
  identity: Identity,
  user: User,
): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const secretAccessKey = `the secret of ${user.name}`;
  const { id } = await identity.directory.accessKeys.create(user.accountId, (accessKeyId) => ({
    id: accessKeyId,
    accountId: user.accountId,
    name: accessKeyId,
    path: '/',
    createdAtMs: 0,
    userId: user.id,
    active: true,
    sealedSecret: identity.sealSecret(accessKeyId, secretAccessKey),
  }));
  return { accessKeyId: id, secretAccessKey };
}

/** A policy document of the statements. */
export function policyOf(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** A check that an SDK's error has the code, the text and the status. */
export function fails(code: string, message: string | RegExp, status: number): (error: unknown) => true {
  return (error) => {
    const { name, message: text, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
    const told = [name.replace(/Exception$/, ''), $metadata?.httpStatusCode];
    if (told[0] !== code || told[1] !== status) throw error;
    if (typeof message === 'string' ? text !== message : !message.test(text)) {
      throw new Error(`The text is: ${text}`, { cause: error });
    }
    return true;
  };
}
