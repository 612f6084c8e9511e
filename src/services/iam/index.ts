/** IAM: one file a topic; all that is not there says why. */
import type { IamOperation } from '#wire';
import { type OperationTable, unimplementedAll } from '../service.ts';
import type { IamDependencies } from './dependencies.ts';
import { accessKeysOperations } from './access-keys.ts';
import { accountOperations } from './account.ts';
import { apiKeysOperations } from './api-keys.ts';
import { groupsOperations } from './groups.ts';
import { oidcProvidersOperations } from './oidc-providers.ts';
import { policiesOperations } from './policies.ts';
import { rolesOperations } from './roles.ts';
import { simulationOperations } from './simulation.ts';
import { usersOperations } from './users.ts';

export { denialMessage as iamDenialMessage } from './denial-message.ts';
export type { IamDependencies } from './dependencies.ts';

/** The operation table of IAM. `dependencies.identity` keeps the directory; the account is the caller's. */
export function createIamService(dependencies: IamDependencies): OperationTable<IamOperation> {
  return {
    ...rolesOperations(dependencies),
    ...usersOperations(dependencies),
    ...groupsOperations(dependencies),
    ...accessKeysOperations(dependencies),
    ...apiKeysOperations(dependencies),
    ...policiesOperations(dependencies),
    ...simulationOperations(dependencies),
    ...oidcProvidersOperations(dependencies),
    ...accountOperations(dependencies),
    ...NOT_THERE,
  } satisfies OperationTable<IamOperation>;
}

const NOT_THERE = {
  ...unimplementedAll('people sign in at AWS; Varve has no console passwords and no second factors', [
    'ChangePassword',
    'CreateAccountAlias',
    'CreateLoginProfile',
    'CreateVirtualMFADevice',
    'DeactivateMFADevice',
    'DeleteAccountAlias',
    'DeleteAccountPasswordPolicy',
    'DeleteLoginProfile',
    'DeleteVirtualMFADevice',
    'EnableMFADevice',
    'GetAccountPasswordPolicy',
    'GetLoginProfile',
    'GetMFADevice',
    'ListAccountAliases',
    'ListMFADevices',
    'ListMFADeviceTags',
    'ListVirtualMFADevices',
    'ResyncMFADevice',
    'TagMFADevice',
    'UntagMFADevice',
    'UpdateAccountPasswordPolicy',
    'UpdateLoginProfile',
  ]),
  ...unimplementedAll('Varve takes OpenID Connect tokens; SAML, and tokens for other parties, are left to AWS', [
    'CreateSAMLProvider',
    'DeleteSAMLProvider',
    'DisableOutboundWebIdentityFederation',
    'EnableOutboundWebIdentityFederation',
    'GetOutboundWebIdentityFederationInfo',
    'GetSAMLProvider',
    'ListSAMLProviders',
    'ListSAMLProviderTags',
    'TagSAMLProvider',
    'UntagSAMLProvider',
    'UpdateSAMLProvider',
  ]),
  ...unimplementedAll('there are no instances here that could take a role', [
    'AddRoleToInstanceProfile',
    'CreateInstanceProfile',
    'DeleteInstanceProfile',
    'GetInstanceProfile',
    'ListInstanceProfiles',
    'ListInstanceProfileTags',
    'RemoveRoleFromInstanceProfile',
    'TagInstanceProfile',
    'UntagInstanceProfile',
  ]),
  ...unimplementedAll('Varve has no services that need a role of their own', [
    'CreateServiceLinkedRole',
    'DeleteServiceLinkedRole',
    'GetServiceLinkedRoleDeletionStatus',
  ]),
  ...unimplementedAll('certificates and SSH keys sign nothing that Varve serves', [
    'DeleteServerCertificate',
    'DeleteSigningCertificate',
    'DeleteSSHPublicKey',
    'GetServerCertificate',
    'GetSSHPublicKey',
    'ListServerCertificates',
    'ListServerCertificateTags',
    'ListSigningCertificates',
    'ListSSHPublicKeys',
    'TagServerCertificate',
    'UntagServerCertificate',
    'UpdateServerCertificate',
    'UpdateSigningCertificate',
    'UpdateSSHPublicKey',
    'UploadServerCertificate',
    'UploadSigningCertificate',
    'UploadSSHPublicKey',
  ]),
  ...unimplementedAll('organizations, delegation and account reports are kept by AWS', [
    'AcceptDelegationRequest',
    'AcquireRole',
    'AssociateDelegationRequest',
    'CreateDelegationRequest',
    'DisableOrganizationsRootCredentialsManagement',
    'DisableOrganizationsRootSessions',
    'EnableOrganizationsRootCredentialsManagement',
    'EnableOrganizationsRootSessions',
    'GenerateCredentialReport',
    'GenerateOrganizationsAccessReport',
    'GenerateServiceLastAccessedDetails',
    'GetAccountProperties',
    'GetCredentialReport',
    'GetDelegationRequest',
    'GetHumanReadableSummary',
    'GetOrganizationsAccessReport',
    'GetRoleTemplateVersion',
    'GetServiceLastAccessedDetails',
    'GetServiceLastAccessedDetailsWithEntities',
    'ListDelegationRequests',
    'ListOrganizationsFeatures',
    'ListPoliciesGrantingServiceAccess',
    'PutAccountProperties',
    'RejectDelegationRequest',
    'SendDelegationToken',
    'SetSecurityTokenServicePreferences',
    'UpdateDelegationRequest',
  ]),
};
