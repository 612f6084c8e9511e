import type { TagRoleCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { refusalsWorded } from '../role-answers.ts';
import { mergeTags, readTags } from '../tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html */
export function tagRole({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '', Tags }: TagRoleCommandInput, { accountId }) => {
    const added = readTags(Tags);
    const updating = identity.directory.roles.update(accountId, RoleName, (role) => ({
      ...role,
      tags: mergeTags(role.tags, added),
    }));
    await refusalsWorded(RoleName, updating);
    return {};
  });
}
