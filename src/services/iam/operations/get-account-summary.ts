import {
  ACCESS_KEYS_PER_USER_MAX,
  GROUP_POLICIES_CHARS_MAX,
  GROUPS_MAX,
  GROUPS_PER_USER_MAX,
  INLINE_POLICIES_CHARS_MAX,
  MANAGED_POLICIES_MAX,
  MANAGED_POLICY_CHARS_MAX,
  ROLES_MAX,
  TRUST_POLICY_CHARS_MAX,
  USER_POLICIES_CHARS_MAX,
  USERS_MAX,
} from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { ATTACHED_POLICIES_MAX } from '../holders.ts';
import { POLICY_VERSIONS_MAX } from '../policy-answers.ts';

/** What there is none of here. */
const NOTHING = {
  AccountMFAEnabled: 0,
  AccountPasswordPresent: 0,
  AccountSigningCertificatesPresent: 0,
  InstanceProfiles: 0,
  MFADevices: 0,
  MFADevicesInUse: 0,
  ServerCertificates: 0,
};

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html */
export function getAccountSummary({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (_input: unknown, { accountId }) => ({
    SummaryMap: {
      ...NOTHING,
      // The root key of the configuration.
      AccountAccessKeysPresent: 1,
      Users: directory.users.count(accountId),
      UsersQuota: USERS_MAX,
      Groups: directory.groups.count(accountId),
      GroupsQuota: GROUPS_MAX,
      Roles: directory.roles.count(accountId),
      RolesQuota: ROLES_MAX,
      Policies: directory.policies.count(accountId),
      PoliciesQuota: MANAGED_POLICIES_MAX,
      Providers: directory.oidcProviders.count(accountId),
      PolicyVersionsInUse: directory.policies.list(accountId).reduce((sum, policy) => sum + policy.versions.length, 0),
      PolicyVersionsInUseQuota: MANAGED_POLICIES_MAX * POLICY_VERSIONS_MAX,
      VersionsPerPolicyQuota: POLICY_VERSIONS_MAX,
      PolicySizeQuota: MANAGED_POLICY_CHARS_MAX,
      AssumeRolePolicySizeQuota: TRUST_POLICY_CHARS_MAX,
      UserPolicySizeQuota: USER_POLICIES_CHARS_MAX,
      GroupPolicySizeQuota: GROUP_POLICIES_CHARS_MAX,
      RolePolicySizeQuota: INLINE_POLICIES_CHARS_MAX,
      AttachedPoliciesPerUserQuota: ATTACHED_POLICIES_MAX,
      AttachedPoliciesPerGroupQuota: ATTACHED_POLICIES_MAX,
      AttachedPoliciesPerRoleQuota: ATTACHED_POLICIES_MAX,
      AccessKeysPerUserQuota: ACCESS_KEYS_PER_USER_MAX,
      GroupsPerUserQuota: GROUPS_PER_USER_MAX,
      GlobalEndpointTokenVersion: 1,
    },
  }));
}
