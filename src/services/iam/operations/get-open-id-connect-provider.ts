import type { GetOpenIDConnectProviderCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describeTags, noSuchProvider, providerByArn } from '../oidc-provider-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html */
export function getOpenIdConnectProvider({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async ({ OpenIDConnectProviderArn: arn = '' }: GetOpenIDConnectProviderCommandInput, { accountId }) => {
      const provider = providerByArn(identity.directory, accountId, arn);
      if (!provider) throw noSuchProvider(arn);
      return {
        // IAM tells it without its scheme.
        Url: provider.name,
        ClientIDList: provider.clientIds,
        ThumbprintList: provider.thumbprints,
        CreateDate: new Date(provider.createdAtMs),
        Tags: describeTags(provider),
      };
    },
  );
}
