import type { ListOpenIDConnectProviderTagsCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describeTags, noSuchProvider, providerByArn } from '../oidc-provider-answers.ts';
import { pageOf } from '../paging.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviderTags.html */
export function listOpenIdConnectProviderTags({ identity }: IamDependencies): ImplementedOperation {
  return implement(async (input: ListOpenIDConnectProviderTagsCommandInput, { accountId }) => {
    const { OpenIDConnectProviderArn: arn = '', Marker, MaxItems } = input;
    const provider = providerByArn(identity.directory, accountId, arn);
    if (!provider) throw noSuchProvider(arn);
    const tags = describeTags(provider).toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
    const { items, ...page } = pageOf(tags, (tag) => tag.Key, { Marker, MaxItems });
    return { Tags: items, ...page };
  });
}
