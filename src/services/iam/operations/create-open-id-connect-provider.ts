import type { CreateOpenIDConnectProviderCommandInput } from '@aws-sdk/client-iam';
import { issuerName, oidcProviderArn } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkClientIds, checkUrl, creationRefused, describeTags, readThumbprints } from '../oidc-provider-answers.ts';
import { readTags } from '../tags.ts';

/**
 * The issuer is not asked for anything yet: it may be down, or not be there.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
 */
export function createOpenIdConnectProvider({ identity, clock }: IamDependencies): ImplementedOperation {
  return implement(async (input: CreateOpenIDConnectProviderCommandInput, { accountId }) => {
    const { Url = '', ClientIDList = [] } = input;
    checkUrl(Url);
    const thumbprints = readThumbprints(input.ThumbprintList);
    const clientIds = checkClientIds([...new Set(ClientIDList)]);
    const tags = readTags(input.Tags);
    const creating = identity.directory.oidcProviders.create(accountId, (id) => ({
      id,
      accountId,
      name: issuerName(Url),
      path: '/',
      url: Url,
      // IAM knows whole seconds.
      createdAtMs: Math.floor(clock.nowMs() / 1000) * 1000,
      clientIds,
      thumbprints,
      tags,
    }));
    const provider = await creating.catch((error: unknown) => {
      throw creationRefused(error, Url);
    });
    return {
      OpenIDConnectProviderArn: oidcProviderArn(provider),
      ...(tags.length > 0 ? { Tags: describeTags(provider) } : {}),
    };
  });
}
