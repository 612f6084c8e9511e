/** How IAM words groups, and what it says when one is not there. */
import { type Directory, DirectoryRefusal, type Group, groupArn, GROUPS_MAX } from '#identity';
import { ApiError } from '#wire';

export interface GroupAnswer {
  Path: string;
  GroupName: string;
  GroupId: string;
  Arn: string;
  CreateDate: Date;
}

export function describeGroup(group: Group): GroupAnswer {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: groupArn(group),
    CreateDate: new Date(group.createdAtMs),
  };
}

/** @throws {ApiError} NoSuchEntity */
export function groupNamed(name: string, accountId: string, directory: Directory): Group {
  const group = directory.groups.get(accountId, name);
  if (!group) throw noSuchGroup(name);
  return group;
}

export function noSuchGroup(name: string): ApiError {
  return new ApiError('NoSuchEntity', `The group with name ${name} cannot be found.`);
}

export function noSuchGroupPolicy(name: string): ApiError {
  return new ApiError('NoSuchEntity', `The group policy with name ${name} cannot be found.`);
}

/**
 * Words the registry's refusals.
 * @param newName what a renamed group shall be called
 */
export async function groupRefusalsWorded<T>(name: string, work: Promise<T>, newName = name): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DirectoryRefusal)) throw error;
    if (error.reason === 'no-such-entity') throw noSuchGroup(name);
    if (error.reason === 'exists') {
      throw new ApiError('EntityAlreadyExists', `Group with name ${newName} already exists.`);
    }
    throw new ApiError('LimitExceeded', `Cannot exceed quota for GroupsPerAccount: ${GROUPS_MAX}`);
  }
}
