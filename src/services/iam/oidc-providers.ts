/** OpenID Connect providers, whose tokens AssumeRoleWithWebIdentity takes. */
import type { AuthorizationTable } from '../authorization.ts';
import { unimplementedAll } from '../service.ts';
import type { IamDependencies } from './dependencies.ts';

export const oidcProvidersAuthorization = {} satisfies AuthorizationTable<string>;

export function oidcProvidersOperations(_dependencies: IamDependencies) {
  return {
    ...unimplementedAll('it comes with a later slice of this work', [
      'AddClientIDToOpenIDConnectProvider',
      'CreateOpenIDConnectProvider',
      'DeleteOpenIDConnectProvider',
      'GetOpenIDConnectProvider',
      'ListOpenIDConnectProviderTags',
      'ListOpenIDConnectProviders',
      'RemoveClientIDFromOpenIDConnectProvider',
      'TagOpenIDConnectProvider',
      'UntagOpenIDConnectProvider',
      'UpdateOpenIDConnectProviderThumbprint',
    ]),
  };
}
