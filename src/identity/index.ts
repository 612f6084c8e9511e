export { Accounts } from './accounts.ts';
export type { LongTermKey } from './api-keys.ts';
export { Identity, type IdentityOptions, type ResolvedKey } from './identity.ts';
export * from './policy/index.ts';
export { principalContext, principalOf, serviceContext } from './principal.ts';
export {
  INLINE_POLICIES_CHARS_MAX,
  policySize,
  type Role,
  roleArn,
  RoleRefusal,
  Roles,
  type RoleTag,
  TAGS_MAX,
  TRUST_POLICY_CHARS_MAX,
} from './roles.ts';
export * from './types.ts';
