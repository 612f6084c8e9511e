import type { ListServiceSpecificCredentialsCommandInput } from '@aws-sdk/client-iam';
import type { ApiKeyCredential, Directory } from '#identity';
import { ApiError } from '#wire';
import { type CallContext, implement, type ImplementedOperation } from '../../service.ts';
import { describeCredential, isBedrock } from '../api-key-answers.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamedOrOwn } from '../own-user.ts';
import { pageOf } from '../paging.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html */
export function listServiceSpecificCredentials({
  identity: { directory },
  clock,
}: IamDependencies): ImplementedOperation {
  return implement(async (input: ListServiceSpecificCredentialsCommandInput, context) => {
    const { ServiceName, Marker, MaxItems } = input;
    const all = credentialsAsked(input, context, directory);
    const ofService = ServiceName === undefined || isBedrock(ServiceName) ? all : [];
    const { items, ...page } = pageOf(ofService, ({ id }) => id, { Marker, MaxItems });
    return {
      ServiceSpecificCredentials: items.flatMap((credential) => {
        const user = directory.users.byId(credential.userId);
        return user ? describeCredential(credential, user, clock.nowMs()) : [];
      }),
      ...page,
    };
  });
}

function credentialsAsked(
  { UserName, AllUsers }: ListServiceSpecificCredentialsCommandInput,
  context: CallContext,
  directory: Directory,
): readonly ApiKeyCredential[] {
  if (!AllUsers) return directory.apiKeysOfUser(userNamedOrOwn(UserName, context, directory).id);
  if (UserName !== undefined) {
    throw new ApiError('ValidationError', 'AllUsers cannot be specified together with UserName.', { status: 400 });
  }
  return directory.apiKeys.list(context.accountId);
}
