import type { ListOpenIDConnectProvidersCommandInput } from '@aws-sdk/client-iam';
import { oidcProviderArn } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html */
export function listOpenIdConnectProviders({ identity }: IamDependencies): ImplementedOperation {
  return implement(async (_input: ListOpenIDConnectProvidersCommandInput, { accountId }) => ({
    OpenIDConnectProviderList: identity.directory.oidcProviders
      .list(accountId)
      .map((provider) => ({ Arn: oidcProviderArn(provider) })),
  }));
}
