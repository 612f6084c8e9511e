import type { TagOpenIDConnectProviderCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { updateProvider } from '../oidc-provider-answers.ts';
import { mergeTags, readTags } from '../tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagOpenIDConnectProvider.html */
export function tagOpenIdConnectProvider({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async ({ OpenIDConnectProviderArn: arn = '', Tags }: TagOpenIDConnectProviderCommandInput, { accountId }) => {
      const added = readTags(Tags);
      await updateProvider(identity.directory, accountId, arn, (provider) => ({
        ...provider,
        tags: mergeTags(provider.tags, added, 'TagsPerOpenIdConnectProvider'),
      }));
      return {};
    },
  );
}
