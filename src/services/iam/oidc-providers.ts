/** OpenID Connect providers, whose tokens AssumeRoleWithWebIdentity takes. */
import type {
  CreateOpenIDConnectProviderCommandInput,
  TagOpenIDConnectProviderCommandInput,
  UntagOpenIDConnectProviderCommandInput,
} from '@aws-sdk/client-iam';
import { issuerName } from '#identity';
import { type AuthorizationTable, needs, type NeedScope } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
import { needOn, oidcProviderResource, tagKeysContext, tagsContext } from './entity-needs.ts';
import { addClientIdToOpenIdConnectProvider } from './operations/add-client-id-to-open-id-connect-provider.ts';
import { createOpenIdConnectProvider } from './operations/create-open-id-connect-provider.ts';
import { deleteOpenIdConnectProvider } from './operations/delete-open-id-connect-provider.ts';
import { getOpenIdConnectProvider } from './operations/get-open-id-connect-provider.ts';
import { listOpenIdConnectProviderTags } from './operations/list-open-id-connect-provider-tags.ts';
import { listOpenIdConnectProviders } from './operations/list-open-id-connect-providers.ts';
import { removeClientIdFromOpenIdConnectProvider } from './operations/remove-client-id-from-open-id-connect-provider.ts';
import { tagOpenIdConnectProvider } from './operations/tag-open-id-connect-provider.ts';
import { untagOpenIdConnectProvider } from './operations/untag-open-id-connect-provider.ts';
import { updateOpenIdConnectProviderThumbprint } from './operations/update-open-id-connect-provider-thumbprint.ts';

interface OfProvider {
  readonly OpenIDConnectProviderArn?: string | undefined;
}

/** The action on the provider that a request names. */
const onProvider =
  (action: string) =>
  ({ OpenIDConnectProviderArn = '' }: OfProvider, scope: NeedScope) => [
    needOn(action, oidcProviderResource(OpenIDConnectProviderArn, scope)),
  ];

export const oidcProvidersAuthorization = {
  CreateOpenIDConnectProvider: (
    { Url = '', Tags }: CreateOpenIDConnectProviderCommandInput,
    { accountId }: NeedScope,
  ) => {
    const provider = { resource: `arn:aws:iam::${accountId}:oidc-provider/${issuerName(Url)}`, context: {} };
    const tags = tagsContext(Tags);
    const tagging = (Tags?.length ?? 0) > 0 ? [needOn('iam:TagOpenIDConnectProvider', provider, tags)] : [];
    return [needOn('iam:CreateOpenIDConnectProvider', provider, tags), ...tagging];
  },
  GetOpenIDConnectProvider: onProvider('iam:GetOpenIDConnectProvider'),
  DeleteOpenIDConnectProvider: onProvider('iam:DeleteOpenIDConnectProvider'),
  ListOpenIDConnectProviders: needs('iam:ListOpenIDConnectProviders'),
  AddClientIDToOpenIDConnectProvider: onProvider('iam:AddClientIDToOpenIDConnectProvider'),
  RemoveClientIDFromOpenIDConnectProvider: onProvider('iam:RemoveClientIDFromOpenIDConnectProvider'),
  UpdateOpenIDConnectProviderThumbprint: onProvider('iam:UpdateOpenIDConnectProviderThumbprint'),
  TagOpenIDConnectProvider: (input: TagOpenIDConnectProviderCommandInput, scope: NeedScope) => [
    needOn(
      'iam:TagOpenIDConnectProvider',
      oidcProviderResource(input.OpenIDConnectProviderArn ?? '', scope),
      tagsContext(input.Tags),
    ),
  ],
  UntagOpenIDConnectProvider: (input: UntagOpenIDConnectProviderCommandInput, scope: NeedScope) => [
    needOn(
      'iam:UntagOpenIDConnectProvider',
      oidcProviderResource(input.OpenIDConnectProviderArn ?? '', scope),
      tagKeysContext(input.TagKeys),
    ),
  ],
  ListOpenIDConnectProviderTags: onProvider('iam:ListOpenIDConnectProviderTags'),
} satisfies AuthorizationTable<string>;

export function oidcProvidersOperations(dependencies: IamDependencies) {
  return {
    CreateOpenIDConnectProvider: createOpenIdConnectProvider(dependencies),
    GetOpenIDConnectProvider: getOpenIdConnectProvider(dependencies),
    DeleteOpenIDConnectProvider: deleteOpenIdConnectProvider(dependencies),
    ListOpenIDConnectProviders: listOpenIdConnectProviders(dependencies),
    AddClientIDToOpenIDConnectProvider: addClientIdToOpenIdConnectProvider(dependencies),
    RemoveClientIDFromOpenIDConnectProvider: removeClientIdFromOpenIdConnectProvider(dependencies),
    UpdateOpenIDConnectProviderThumbprint: updateOpenIdConnectProviderThumbprint(dependencies),
    TagOpenIDConnectProvider: tagOpenIdConnectProvider(dependencies),
    UntagOpenIDConnectProvider: untagOpenIdConnectProvider(dependencies),
    ListOpenIDConnectProviderTags: listOpenIdConnectProviderTags(dependencies),
  };
}
