/** AWS's quotas of policy documents. (IAM User Guide, "IAM and AWS STS quotas".) In characters without white space. */
export const TRUST_POLICY_CHARS_MAX = 2_048;
/** A version of a managed policy. */
export const MANAGED_POLICY_CHARS_MAX = 6_144;
/** All inline policies of one role together. */
export const INLINE_POLICIES_CHARS_MAX = 10_240;
/** All inline policies of one user together. */
export const USER_POLICIES_CHARS_MAX = 2_048;
/** All inline policies of one group together. */
export const GROUP_POLICIES_CHARS_MAX = 5_120;

/** White space does not count towards IAM's policy sizes. */
export function policySize(document: string): number {
  return document.replaceAll(/\s/g, '').length;
}
