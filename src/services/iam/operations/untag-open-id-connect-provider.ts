import type { UntagOpenIDConnectProviderCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { updateProvider } from '../oidc-provider-answers.ts';
import { withoutTags } from '../tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagOpenIDConnectProvider.html */
export function untagOpenIdConnectProvider({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async (
      { OpenIDConnectProviderArn: arn = '', TagKeys = [] }: UntagOpenIDConnectProviderCommandInput,
      { accountId },
    ) => {
      await updateProvider(identity.directory, accountId, arn, (provider) => ({
        ...provider,
        tags: withoutTags(provider.tags, TagKeys),
      }));
      return {};
    },
  );
}
