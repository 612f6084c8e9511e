/** How IAM words access keys, and what it says when one is not there. */
import { type AccessKey, type Directory, DirectoryRefusal, type User } from '#identity';
import { ApiError } from '#wire';

export interface AccessKeyAnswer {
  UserName: string;
  AccessKeyId: string;
  Status: 'Active' | 'Inactive';
  CreateDate: Date;
}

export function describeAccessKey(key: AccessKey, user: User): AccessKeyAnswer {
  return {
    UserName: user.name,
    AccessKeyId: key.id,
    Status: key.active ? 'Active' : 'Inactive',
    CreateDate: new Date(key.createdAtMs),
  };
}

/**
 * The user's key of this id.
 * @throws {ApiError} NoSuchEntity, for the keys of others too
 */
export function accessKeyOf(user: User, id: string, directory: Directory): AccessKey {
  const key = directory.accessKeys.byId(id);
  if (key?.userId !== user.id) throw noSuchAccessKey(id);
  return key;
}

/** Words the registry's refusals: the key may be gone by the time it is its turn. */
export async function accessKeyRefusalsWorded<T>(id: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DirectoryRefusal && error.reason === 'no-such-entity') throw noSuchAccessKey(id);
    throw error;
  }
}

function noSuchAccessKey(id: string): ApiError {
  return new ApiError('NoSuchEntity', `The Access Key with id ${id} cannot be found.`);
}
