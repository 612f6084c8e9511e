import type { UntagRoleCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { refusalsWorded } from '../role-answers.ts';
import { withoutTags } from '../tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html */
export function untagRole({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '', TagKeys = [] }: UntagRoleCommandInput, { accountId }) => {
    const updating = identity.directory.roles.update(accountId, RoleName, (role) => ({
      ...role,
      tags: withoutTags(role.tags, TagKeys),
    }));
    await refusalsWorded(RoleName, updating);
    return {};
  });
}
