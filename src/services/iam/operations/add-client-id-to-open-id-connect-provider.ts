import type { AddClientIDToOpenIDConnectProviderCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkClientIds, updateProvider } from '../oidc-provider-answers.ts';

/**
 * "This operation is idempotent": a client id that is there is added too.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html
 */
export function addClientIdToOpenIdConnectProvider({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async (
      { OpenIDConnectProviderArn: arn = '', ClientID = '' }: AddClientIDToOpenIDConnectProviderCommandInput,
      { accountId },
    ) => {
      await updateProvider(identity.directory, accountId, arn, (provider) => ({
        ...provider,
        clientIds: checkClientIds([...new Set([...provider.clientIds, ClientID])]),
      }));
      return {};
    },
  );
}
