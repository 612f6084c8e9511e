import type { SimulateCustomPolicyCommandInput } from '@aws-sdk/client-iam';
import { supposedUser } from '#identity';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { readBoundary, readPolicies, simulatePage } from '../simulating.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html */
export function simulateCustomPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: SimulateCustomPolicyCommandInput, { accountId }) => {
    const { CallerArn, PolicyInputList, PermissionsBoundaryPolicyInputList, ResourcePolicy } = input;
    const caller = CallerArn === undefined ? undefined : supposedUser(CallerArn, directory);
    if (CallerArn !== undefined && !caller) {
      throw new ApiError('InvalidInput', `Invalid CallerArn: ${CallerArn} is not the ARN of a user.`);
    }
    if (ResourcePolicy !== undefined && !caller) {
      throw new ApiError('InvalidInput', 'CallerArn is required when a ResourcePolicy is given.');
    }
    const identity = readPolicies(PolicyInputList, 'PolicyInputList');
    const boundary = readBoundary(PermissionsBoundaryPolicyInputList);
    return simulatePage({ directory, accountId, caller, identity, boundary }, input);
  });
}
