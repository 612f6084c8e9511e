import type { ResetServiceSpecificCredentialCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import { credentialOf, credentialRefusalsWorded, describeCredential } from '../api-key-answers.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamedOrOwn } from '../own-user.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResetServiceSpecificCredential.html */
export function resetServiceSpecificCredential({ identity, clock }: IamDependencies): ImplementedOperation {
  const { directory } = identity;
  return implement(async (input: ResetServiceSpecificCredentialCommandInput, context) => {
    const { UserName, ServiceSpecificCredentialId = '' } = input;
    const user = userNamedOrOwn(UserName, context, directory);
    const { id, accountId, alias } = credentialOf(user, ServiceSpecificCredentialId, directory);
    const { key, keySha256Hex } = identity.newApiKey(alias);
    const updating = directory.apiKeys.update(accountId, id, (credential) => ({ ...credential, keySha256Hex }));
    const credential = await credentialRefusalsWorded(id, updating);
    const described = describeCredential(credential, user, clock.nowMs());
    return { ServiceSpecificCredential: { ...described, ServiceCredentialSecret: key } };
  });
}
