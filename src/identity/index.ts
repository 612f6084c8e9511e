export { Accounts } from './accounts.ts';
export * from './authorization/index.ts';
export { consoleSession } from './console-session.ts';
export * from './denials/index.ts';
export * from './directory/index.ts';
export { Identity, type IdentityOptions, type ResolvedKey } from './identity.ts';
export type { KeyUse } from './key-uses.ts';
export * from './policy/index.ts';
export {
  GROUP_POLICIES_CHARS_MAX,
  INLINE_POLICIES_CHARS_MAX,
  MANAGED_POLICY_CHARS_MAX,
  policySize,
  TRUST_POLICY_CHARS_MAX,
  USER_POLICIES_CHARS_MAX,
} from './policy-sizes.ts';
export { principalContext, principalOf, serviceContext } from './principal.ts';
export { SecretBox } from './secret-box.ts';
export { PACKED_BYTES_MAX, type Session, type SessionPrincipal, TOKEN_CHARS_MAX } from './session-tokens.ts';
export * from './types.ts';
export * from './web-identity/index.ts';
