/** How IAM words users, and what it says when one is not there. */
import { DirectoryRefusal, type User, userArn, USERS_MAX } from '#identity';
import { ApiError } from '#wire';
import { describeBoundary } from './holders.ts';

export interface UserAnswer {
  Path: string;
  UserName: string;
  UserId: string;
  Arn: string;
  CreateDate: Date;
}

/** The members every answer with a user has; listings have no others. */
export function describeUser(user: User): UserAnswer {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(user),
    CreateDate: new Date(user.createdAtMs),
  };
}

/** What CreateUser and GetUser tell. */
export function describeWholeUser(user: User) {
  return {
    ...describeUser(user),
    ...describeBoundary(user.boundaryArn),
    ...(user.tags.length > 0 ? { Tags: describeUserTags(user) } : {}),
  };
}

export function describeUserTags(user: User): { Key: string; Value: string }[] {
  return user.tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

export function noSuchUser(name: string): ApiError {
  return new ApiError('NoSuchEntity', `The user with name ${name} cannot be found.`);
}

export function noSuchUserPolicy(name: string): ApiError {
  return new ApiError('NoSuchEntity', `The user policy with name ${name} cannot be found.`);
}

/**
 * Words the registry's refusals.
 * @param newName what a renamed user shall be called
 */
export async function userRefusalsWorded<T>(name: string, work: Promise<T>, newName = name): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DirectoryRefusal)) throw error;
    if (error.reason === 'no-such-entity') throw noSuchUser(name);
    if (error.reason === 'exists') {
      throw new ApiError('EntityAlreadyExists', `User with name ${newName} already exists.`);
    }
    throw new ApiError('LimitExceeded', `Cannot exceed quota for UsersPerAccount: ${USERS_MAX}`);
  }
}
