import type { DeleteOpenIDConnectProviderCommandInput } from '@aws-sdk/client-iam';
import { DirectoryRefusal } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { providerByArn } from '../oidc-provider-answers.ts';

/**
 * "This operation is idempotent": one that is not there is deleted too. Roles that name it stay as they are.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html
 */
export function deleteOpenIdConnectProvider({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async ({ OpenIDConnectProviderArn: arn = '' }: DeleteOpenIDConnectProviderCommandInput, { accountId }) => {
      const provider = providerByArn(identity.directory, accountId, arn);
      if (!provider) return {};
      await identity.directory.oidcProviders.delete(accountId, provider.name).catch((error: unknown) => {
        // Deleted by two at once.
        if (!(error instanceof DirectoryRefusal)) throw error;
      });
      return {};
    },
  );
}
