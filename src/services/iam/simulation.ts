/** What policies would decide. */
import type { AuthorizationTable } from '../authorization.ts';
import { unimplementedAll } from '../service.ts';
import type { IamDependencies } from './dependencies.ts';

export const simulationAuthorization = {} satisfies AuthorizationTable<string>;

export function simulationOperations(_dependencies: IamDependencies) {
  return {
    ...unimplementedAll('it comes with a later slice of this work', [
      'GetContextKeysForCustomPolicy',
      'GetContextKeysForPrincipalPolicy',
      'SimulateCustomPolicy',
      'SimulatePrincipalPolicy',
    ]),
  };
}
