import {
  type Identity,
  INLINE_POLICIES_CHARS_MAX,
  MalformedPolicy,
  MANAGED_POLICY_CHARS_MAX,
  parsePolicy,
  type PolicyDocument,
  type PolicyKind,
  policySize,
  TRUST_POLICY_CHARS_MAX,
} from '#identity';
import { ApiError } from '#wire';

type Principals = Pick<Identity, 'directory' | 'accounts'>;

/**
 * Checks a role's trust policy. Users and roles that it names must be there, where their account is one of this server.
 * @returns the ids of those, by the ARN there (`Role.trustedIds`)
 * @throws {ApiError} MalformedPolicyDocument, LimitExceeded
 */
export function checkTrustPolicy(document: string, identity: Principals): Readonly<Record<string, string>> {
  if (policySize(document) > TRUST_POLICY_CHARS_MAX) {
    throw new ApiError('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${TRUST_POLICY_CHARS_MAX}`);
  }
  const ids: Record<string, string> = {};
  for (const { principals } of checkDocument(document, 'trust').statements) {
    for (const name of principals?.aws ?? []) {
      const principal = identity.directory.principalByArn(name);
      if (principal) ids[name] = principal.id;
      else if (mustBeThere(name, identity)) {
        throw new ApiError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${name}"`);
      }
    }
  }
  return ids;
}

/** Of users, roles and sessions of roles, where their account is one of this server. */
function mustBeThere(name: string, { accounts }: Principals): boolean {
  const isEntity = /^arn:aws:(?:iam|sts)::\d{12}:(?:user|role|assumed-role)\/./.test(name);
  return isEntity && accounts.has(name.split(':', 5)[4] ?? '');
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
export function checkDocument(document: string, kind: PolicyKind): PolicyDocument {
  try {
    return parsePolicy(document, kind);
  } catch (error) {
    if (error instanceof MalformedPolicy) throw new ApiError('MalformedPolicyDocument', error.message);
    throw error;
  }
}
