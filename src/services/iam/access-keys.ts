/** Access keys of users. */
import type { AuthorizationTable } from '../authorization.ts';
import { unimplementedAll } from '../service.ts';
import type { IamDependencies } from './dependencies.ts';

export const accessKeysAuthorization = {} satisfies AuthorizationTable<string>;

export function accessKeysOperations(_dependencies: IamDependencies) {
  return {
    ...unimplementedAll('it comes with a later slice of this work', [
      'CreateAccessKey',
      'DeleteAccessKey',
      'GetAccessKeyLastUsed',
      'ListAccessKeys',
      'UpdateAccessKey',
    ]),
  };
}
