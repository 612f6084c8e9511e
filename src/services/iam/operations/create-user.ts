import type { CreateUserCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkBoundary } from '../holders.ts';
import { readTags } from '../tags.ts';
import { wholeSecondMs } from '../times.ts';
import { describeWholeUser, userRefusalsWorded } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
export function createUser({ identity: { directory }, clock }: IamDependencies): ImplementedOperation {
  return implement(async (input: CreateUserCommandInput, { accountId }) => {
    const { UserName = '', Path = '/', PermissionsBoundary } = input;
    const tags = readTags(input.Tags);
    const creating = directory.users.create(accountId, (id) => {
      if (PermissionsBoundary !== undefined) checkBoundary(PermissionsBoundary, accountId, directory);
      return {
        id,
        accountId,
        name: UserName,
        path: Path,
        createdAtMs: wholeSecondMs(clock),
        inlinePolicies: {},
        attachedPolicyArns: [],
        boundaryArn: PermissionsBoundary,
        groupIds: [],
        tags,
      };
    });
    return { User: describeWholeUser(await userRefusalsWorded(UserName, creating)) };
  });
}
