import type { ListUsersCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { describeUser } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html */
export function listUsers({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PathPrefix, Marker, MaxItems }: ListUsersCommandInput, { accountId }) => {
    const users = directory.users.list(accountId, PathPrefix);
    const { items, ...page } = pageOf(users, (user) => user.name, { Marker, MaxItems });
    return { Users: items.map(describeUser), ...page };
  });
}
