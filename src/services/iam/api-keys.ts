/** Service-specific credentials: API keys for Bedrock. */
import type { AuthorizationTable } from '../authorization.ts';
import { unimplementedAll } from '../service.ts';
import type { IamDependencies } from './dependencies.ts';

export const apiKeysAuthorization = {} satisfies AuthorizationTable<string>;

export function apiKeysOperations(_dependencies: IamDependencies) {
  return {
    ...unimplementedAll('it comes with a later slice of this work', [
      'CreateServiceSpecificCredential',
      'DeleteServiceSpecificCredential',
      'ListServiceSpecificCredentials',
      'ResetServiceSpecificCredential',
      'UpdateServiceSpecificCredential',
    ]),
  };
}
