import type { GetContextKeysForPrincipalPolicyCommandInput } from '@aws-sdk/client-iam';
import { contextKeysIn, simulatedPolicies } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { policySource } from '../policy-source.ts';
import { readPolicies } from '../simulating.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html */
export function getContextKeysForPrincipalPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: GetContextKeysForPrincipalPolicyCommandInput, { accountId }) => {
    const source = policySource(input.PolicySourceArn ?? '', accountId, directory);
    const policies = [
      ...simulatedPolicies(source, directory),
      ...readPolicies(input.PolicyInputList, 'PolicyInputList'),
    ];
    return { ContextKeyNames: contextKeysIn(policies.map(({ text }) => text)) };
  });
}
