import type { CreatePolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkManagedPolicy } from '../documents.ts';
import { describePolicy, describePolicyTags, policyRefusalsWorded } from '../policy-answers.ts';
import { readTags } from '../tags.ts';
import { wholeSecondMs } from '../times.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
export function createPolicy({ identity: { directory }, clock }: IamDependencies): ImplementedOperation {
  return implement(async (input: CreatePolicyCommandInput, { accountId }) => {
    const { PolicyName = '', PolicyDocument = '', Path = '/', Description } = input;
    checkManagedPolicy(PolicyDocument);
    const tags = readTags(input.Tags);
    const createdAtMs = wholeSecondMs(clock);
    const creating = directory.policies.create(accountId, (id) => ({
      id,
      accountId,
      name: PolicyName,
      path: Path,
      description: Description,
      createdAtMs,
      updatedAtMs: createdAtMs,
      versions: [{ id: 'v1', document: PolicyDocument, createdAtMs }],
      defaultVersionId: 'v1',
      versionsMade: 1,
      tags,
    }));
    const policy = await policyRefusalsWorded(PolicyName, creating);
    const described = describePolicy(policy, accountId, directory);
    return { Policy: { ...described, ...(tags.length > 0 ? { Tags: describePolicyTags(policy) } : {}) } };
  });
}
