import type { GetRolePolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { encodeDocument, noSuchRole, noSuchRolePolicy } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
export function getRolePolicy({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '', PolicyName = '' }: GetRolePolicyCommandInput, { accountId }) => {
    const role = identity.directory.roles.get(accountId, RoleName);
    if (!role) throw noSuchRole(RoleName);
    const document = Object.hasOwn(role.inlinePolicies, PolicyName) ? role.inlinePolicies[PolicyName] : undefined;
    if (document === undefined) throw noSuchRolePolicy(PolicyName);
    return { RoleName: role.name, PolicyName, PolicyDocument: encodeDocument(document) };
  });
}
