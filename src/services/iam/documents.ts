import {
  INLINE_POLICIES_CHARS_MAX,
  MalformedPolicy,
  MANAGED_POLICY_CHARS_MAX,
  parsePolicy,
  type PolicyKind,
  policySize,
  TRUST_POLICY_CHARS_MAX,
} from '#identity';
import { ApiError } from '#wire';

/**
 * Checks a role's trust policy.
 * @throws {ApiError} MalformedPolicyDocument, LimitExceeded
 */
export function checkTrustPolicy(document: string): void {
  if (policySize(document) > TRUST_POLICY_CHARS_MAX) {
    throw new ApiError('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${TRUST_POLICY_CHARS_MAX}`);
  }
  checkDocument(document, 'trust');
}

/**
 * Checks a role's inline policies, of which one is new.
 * @throws {ApiError} MalformedPolicyDocument, LimitExceeded
 */
export function checkInlinePolicy(document: string, all: readonly string[], roleName: string): void {
  const size = all.reduce((sum, one) => sum + policySize(one), 0);
  if (size > INLINE_POLICIES_CHARS_MAX) {
    throw new ApiError(
      'LimitExceeded',
      `Maximum policy size of ${INLINE_POLICIES_CHARS_MAX} bytes exceeded for role ${roleName}`,
    );
  }
  checkDocument(document, 'identity');
}

/**
 * Checks a version of a managed policy.
 * @throws {ApiError} MalformedPolicyDocument, LimitExceeded
 */
export function checkManagedPolicy(document: string): void {
  if (policySize(document) > MANAGED_POLICY_CHARS_MAX) {
    throw new ApiError('LimitExceeded', `Cannot exceed quota for PolicySize: ${MANAGED_POLICY_CHARS_MAX}`);
  }
  checkDocument(document, 'identity');
}

/** @throws {ApiError} MalformedPolicyDocument */
export function checkDocument(document: string, kind: PolicyKind): void {
  try {
    parsePolicy(document, kind);
  } catch (error) {
    if (error instanceof MalformedPolicy) throw new ApiError('MalformedPolicyDocument', error.message);
    throw error;
  }
}
