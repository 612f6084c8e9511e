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
  userArn,
} from '#identity';
import { ApiError } from '#wire';

type Principals = Pick<Identity, 'directory' | 'accounts'>;

/**
 * Checks a role's trust policy. Users and roles that it names must be there, where their account is one of this server.
 * @throws {ApiError} MalformedPolicyDocument, LimitExceeded
 */
export function checkTrustPolicy(document: string, identity: Principals): void {
  if (policySize(document) > TRUST_POLICY_CHARS_MAX) {
    throw new ApiError('LimitExceeded', `Cannot exceed quota for ACLSizePerRole: ${TRUST_POLICY_CHARS_MAX}`);
  }
  for (const { principals } of checkDocument(document, 'trust').statements) {
    const unknown = principals?.aws.find((name) => !mayBePrincipal(name, identity));
    if (unknown !== undefined) {
      throw new ApiError('MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${unknown}"`);
    }
  }
}

function mayBePrincipal(name: string, { directory, accounts }: Principals): boolean {
  const [, kind = '', path = ''] = /^arn:aws:(?:iam|sts)::\d{12}:(user|role|assumed-role)\/(.+)$/.exec(name) ?? [];
  const accountId = name.split(':', 5)[4] ?? '';
  if (kind === '' || !accounts.has(accountId)) return true;
  if (kind === 'role') return directory.roleByArn(name) !== undefined;
  if (kind === 'assumed-role') return directory.roles.get(accountId, path.split('/', 1)[0] ?? '') !== undefined;
  const user = directory.users.get(accountId, path.slice(path.lastIndexOf('/') + 1));
  return user !== undefined && userArn(user) === name;
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
