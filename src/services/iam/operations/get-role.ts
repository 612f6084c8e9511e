import type { GetRoleCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describeBoundary } from '../holders.ts';
import { describeRole, describeTags, noSuchRole } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
export function getRole({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '' }: GetRoleCommandInput, { accountId }) => {
    const role = identity.directory.roles.get(accountId, RoleName);
    if (!role) throw noSuchRole(RoleName);
    return {
      Role: {
        ...describeRole(role),
        ...describeBoundary(role.boundaryArn),
        ...(role.tags.length > 0 ? { Tags: describeTags(role) } : {}),
        RoleLastUsed: {},
      },
    };
  });
}
