/** Service-specific credentials: API keys for Bedrock. */
import type {
  CreateServiceSpecificCredentialCommandInput,
  ListServiceSpecificCredentialsCommandInput,
} from '@aws-sdk/client-iam';
import type { AuthorizationTable, NeedScope } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
import { needOn, userResource } from './entity-needs.ts';
import { createServiceSpecificCredential } from './operations/create-service-specific-credential.ts';
import { deleteServiceSpecificCredential } from './operations/delete-service-specific-credential.ts';
import { listServiceSpecificCredentials } from './operations/list-service-specific-credentials.ts';
import { resetServiceSpecificCredential } from './operations/reset-service-specific-credential.ts';
import { updateServiceSpecificCredential } from './operations/update-service-specific-credential.ts';
import { needOnUserOrOwn, userOrOwnResource } from './own-user.ts';

export const apiKeysAuthorization = {
  CreateServiceSpecificCredential: (input: CreateServiceSpecificCredentialCommandInput, scope: NeedScope) => {
    const { UserName = '', ServiceName = '', CredentialAgeDays } = input;
    return [
      needOn('iam:CreateServiceSpecificCredential', userResource(UserName, scope), {
        'iam:ServiceSpecificCredentialServiceName': ServiceName,
        // A key for ever has no age: policies see that with the Null operator.
        ...(CredentialAgeDays !== undefined && { 'iam:ServiceSpecificCredentialAgeDays': String(CredentialAgeDays) }),
      }),
    ];
  },
  ListServiceSpecificCredentials: (
    { UserName, AllUsers }: ListServiceSpecificCredentialsCommandInput,
    scope: NeedScope,
  ) => [
    AllUsers
      ? { action: 'iam:ListServiceSpecificCredentials', resource: `arn:aws:iam::${scope.accountId}:user/*` }
      : needOn('iam:ListServiceSpecificCredentials', userOrOwnResource(UserName, scope)),
  ],
  UpdateServiceSpecificCredential: needOnUserOrOwn('iam:UpdateServiceSpecificCredential'),
  ResetServiceSpecificCredential: needOnUserOrOwn('iam:ResetServiceSpecificCredential'),
  DeleteServiceSpecificCredential: needOnUserOrOwn('iam:DeleteServiceSpecificCredential'),
} satisfies AuthorizationTable<string>;

export function apiKeysOperations(dependencies: IamDependencies) {
  return {
    CreateServiceSpecificCredential: createServiceSpecificCredential(dependencies),
    ListServiceSpecificCredentials: listServiceSpecificCredentials(dependencies),
    UpdateServiceSpecificCredential: updateServiceSpecificCredential(dependencies),
    ResetServiceSpecificCredential: resetServiceSpecificCredential(dependencies),
    DeleteServiceSpecificCredential: deleteServiceSpecificCredential(dependencies),
  };
}
