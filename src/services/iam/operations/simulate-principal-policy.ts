import type { SimulatePrincipalPolicyCommandInput } from '@aws-sdk/client-iam';
import { simulatedBoundary, simulatedCaller, simulatedPolicies, supposedUser } from '#identity';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { policySource } from '../policy-source.ts';
import { readBoundary, readPolicies, simulatePage } from '../simulating.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
export function simulatePrincipalPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: SimulatePrincipalPolicyCommandInput, { accountId }) => {
    const { CallerArn, PolicyInputList, PermissionsBoundaryPolicyInputList, ResourcePolicy } = input;
    const source = policySource(input.PolicySourceArn ?? '', accountId, directory);
    const caller = CallerArn === undefined ? simulatedCaller(source) : supposedUser(CallerArn, directory);
    if (CallerArn !== undefined && !caller) {
      throw new ApiError('InvalidInput', `Invalid CallerArn: ${CallerArn} is not the ARN of a user.`);
    }
    if (ResourcePolicy !== undefined && !caller) {
      throw new ApiError('InvalidInput', 'CallerArn is required when a ResourcePolicy is given.');
    }
    const identity = [...simulatedPolicies(source, directory), ...readPolicies(PolicyInputList, 'PolicyInputList')];
    const boundary = readBoundary(PermissionsBoundaryPolicyInputList) ?? simulatedBoundary(source, directory);
    return simulatePage({ directory, accountId, caller, identity, boundary }, input);
  });
}
