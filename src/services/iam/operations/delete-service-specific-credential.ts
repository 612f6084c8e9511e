import type { DeleteServiceSpecificCredentialCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import { credentialOf, credentialRefusalsWorded } from '../api-key-answers.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamedOrOwn } from '../own-user.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceSpecificCredential.html */
export function deleteServiceSpecificCredential({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: DeleteServiceSpecificCredentialCommandInput, context) => {
    const { UserName, ServiceSpecificCredentialId = '' } = input;
    const user = userNamedOrOwn(UserName, context, directory);
    const { id, accountId } = credentialOf(user, ServiceSpecificCredentialId, directory);
    await credentialRefusalsWorded(id, directory.apiKeys.delete(accountId, id));
    return {};
  });
}
