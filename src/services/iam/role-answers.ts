/** How IAM words roles, and what it says when one is not there. */
import { DirectoryRefusal, type Role, roleArn } from '#identity';
import { ApiError } from '#wire';

/** The members every answer with a role has. Documents go out percent-encoded (RFC 3986), as IAM does. */
export function describeRole(role: Role): {
  Path: string;
  RoleName: string;
  RoleId: string;
  Arn: string;
  CreateDate: Date;
  AssumeRolePolicyDocument: string;
  Description: string | undefined;
  MaxSessionDuration: number;
} {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(role),
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

export function describeTags(role: Role): { Key: string; Value: string }[] {
  return role.tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function noSuchRole(name: string): ApiError {
  return new ApiError('NoSuchEntity', `The role with name ${name} cannot be found.`);
}

export function noSuchRolePolicy(name: string): ApiError {
  return new ApiError('NoSuchEntity', `The role policy with name ${name} cannot be found.`);
}

/** Words the registry's refusals. */
export async function refusalsWorded<T>(roleName: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DirectoryRefusal)) throw error;
    throw worded(error, roleName);
  }
}

function worded({ reason }: DirectoryRefusal, roleName: string): ApiError {
  if (reason === 'no-such-entity') return noSuchRole(roleName);
  if (reason === 'exists') return new ApiError('EntityAlreadyExists', `Role with name ${roleName} already exists.`);
  return new ApiError('LimitExceeded', 'Cannot exceed quota for RolesPerAccount: 1000');
}
