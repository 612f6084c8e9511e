import type { GetContextKeysForCustomPolicyCommandInput } from '@aws-sdk/client-iam';
import { contextKeysIn } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { readPolicies } from '../simulating.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html */
export function getContextKeysForCustomPolicy(_dependencies: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyInputList }: GetContextKeysForCustomPolicyCommandInput) => {
    const policies = readPolicies(PolicyInputList, 'PolicyInputList');
    return { ContextKeyNames: contextKeysIn(policies.map(({ text }) => text)) };
  });
}
