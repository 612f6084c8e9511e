/** What policies would decide. */
import type { AuthorizationTable } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
import { getContextKeysForCustomPolicy } from './operations/get-context-keys-for-custom-policy.ts';
import { getContextKeysForPrincipalPolicy } from './operations/get-context-keys-for-principal-policy.ts';
import { simulateCustomPolicy } from './operations/simulate-custom-policy.ts';
import { simulatePrincipalPolicy } from './operations/simulate-principal-policy.ts';

interface OfSource {
  readonly PolicySourceArn?: string | undefined;
}
const onSource =
  (action: string) =>
  ({ PolicySourceArn = '' }: OfSource) => [{ action, resource: PolicySourceArn }];

export const simulationAuthorization = {
  GetContextKeysForCustomPolicy: () => [{ action: 'iam:GetContextKeysForCustomPolicy', resource: '*' }],
  GetContextKeysForPrincipalPolicy: onSource('iam:GetContextKeysForPrincipalPolicy'),
  SimulateCustomPolicy: () => [{ action: 'iam:SimulateCustomPolicy', resource: '*' }],
  SimulatePrincipalPolicy: onSource('iam:SimulatePrincipalPolicy'),
} satisfies AuthorizationTable<string>;

export function simulationOperations(dependencies: IamDependencies) {
  return {
    GetContextKeysForCustomPolicy: getContextKeysForCustomPolicy(dependencies),
    GetContextKeysForPrincipalPolicy: getContextKeysForPrincipalPolicy(dependencies),
    SimulateCustomPolicy: simulateCustomPolicy(dependencies),
    SimulatePrincipalPolicy: simulatePrincipalPolicy(dependencies),
  };
}
