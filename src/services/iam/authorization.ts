import type { IamOperation } from '#wire';
import type { AuthorizationTable } from '../authorization.ts';
import { accessKeysAuthorization } from './access-keys.ts';
import { accountAuthorization } from './account.ts';
import { apiKeysAuthorization } from './api-keys.ts';
import { groupsAuthorization } from './groups.ts';
import { oidcProvidersAuthorization } from './oidc-providers.ts';
import { policiesAuthorization } from './policies.ts';
import { rolesAuthorization } from './roles.ts';
import { simulationAuthorization } from './simulation.ts';
import { usersAuthorization } from './users.ts';

/** What callers must be allowed for each operation, by topic. (Service Authorization Reference, AWS Identity and Access Management.) */
export const iamAuthorization: AuthorizationTable<IamOperation> = {
  ...rolesAuthorization,
  ...usersAuthorization,
  ...groupsAuthorization,
  ...accessKeysAuthorization,
  ...apiKeysAuthorization,
  ...policiesAuthorization,
  ...simulationAuthorization,
  ...oidcProvidersAuthorization,
  ...accountAuthorization,
};
