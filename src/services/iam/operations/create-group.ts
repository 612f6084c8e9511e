import type { CreateGroupCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describeGroup, groupRefusalsWorded } from '../group-answers.ts';
import { wholeSecondMs } from '../times.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html */
export function createGroup({ identity: { directory }, clock }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName = '', Path = '/' }: CreateGroupCommandInput, { accountId }) => {
    const creating = directory.groups.create(accountId, (id) => ({
      id,
      accountId,
      name: GroupName,
      path: Path,
      createdAtMs: wholeSecondMs(clock),
      inlinePolicies: {},
      attachedPolicyArns: [],
    }));
    return { Group: describeGroup(await groupRefusalsWorded(GroupName, creating)) };
  });
}
