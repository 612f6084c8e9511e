import type { GetPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describePolicy, describePolicyTags, readPolicy } from '../policy-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html */
export function getPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyArn = '' }: GetPolicyCommandInput, { accountId }) => {
    const policy = readPolicy(PolicyArn, accountId, directory);
    const { description: Description } = policy;
    return {
      Policy: { ...describePolicy(policy, accountId, directory), Description, Tags: describePolicyTags(policy) },
    };
  });
}
