import type { RemoveClientIDFromOpenIDConnectProviderCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { updateProvider } from '../oidc-provider-answers.ts';

/**
 * "This operation is idempotent": a client id that is not there is removed too.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html
 */
export function removeClientIdFromOpenIdConnectProvider({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async (
      { OpenIDConnectProviderArn: arn = '', ClientID = '' }: RemoveClientIDFromOpenIDConnectProviderCommandInput,
      { accountId },
    ) => {
      await updateProvider(identity.directory, accountId, arn, (provider) => ({
        ...provider,
        clientIds: provider.clientIds.filter((clientId) => clientId !== ClientID),
      }));
      return {};
    },
  );
}
