import type { UpdateServiceSpecificCredentialCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import { credentialOf, credentialRefusalsWorded } from '../api-key-answers.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamedOrOwn } from '../own-user.ts';
import { isActive } from '../statuses.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateServiceSpecificCredential.html */
export function updateServiceSpecificCredential({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: UpdateServiceSpecificCredentialCommandInput, context) => {
    const { UserName, ServiceSpecificCredentialId = '', Status } = input;
    const active = isActive(Status);
    const user = userNamedOrOwn(UserName, context, directory);
    const { id, accountId } = credentialOf(user, ServiceSpecificCredentialId, directory);
    const updating = directory.apiKeys.update(accountId, id, (credential) => ({ ...credential, active }));
    await credentialRefusalsWorded(id, updating);
    return {};
  });
}
