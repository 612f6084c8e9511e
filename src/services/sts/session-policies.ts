import type { PolicyDescriptorType } from '@aws-sdk/client-sts';
import { type Directory, MalformedPolicy, parsePolicy } from '#identity';
import { ApiError } from '#wire';
import { validationError } from './errors.ts';

/** Managed session policies of one session. */
const MANAGED_MAX = 10;
/** The inline policy and the ARNs of the managed ones together. (STS API Reference, AssumeRole, PolicyArns.) */
const CHARS_MAX = 2_048;

export interface SessionPolicies {
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
}

interface Asked {
  readonly Policy?: string | undefined;
  readonly PolicyArns?: PolicyDescriptorType[] | undefined;
}

/**
 * The policies that shall narrow a new session, checked.
 * @param accountId whose managed policies they may be, besides AWS's own
 * @throws {ApiError} ValidationError, MalformedPolicyDocument
 */
export function readSessionPolicies(
  { Policy, PolicyArns }: Asked,
  accountId: string,
  directory: Directory,
): SessionPolicies {
  const policyArns = (PolicyArns ?? []).map(({ arn = '' }) => arn);
  if (policyArns.length > MANAGED_MAX) {
    throw validationError(
      `1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${MANAGED_MAX}`,
    );
  }
  const chars = policyArns.reduce((sum, arn) => sum + arn.length, Policy?.length ?? 0);
  if (chars > CHARS_MAX) {
    throw validationError(
      `1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${CHARS_MAX}`,
    );
  }
  if (Policy !== undefined) checkDocument(Policy);
  for (const arn of policyArns) {
    const ours = arn.startsWith(`arn:aws:iam::${accountId}:policy/`) || arn.startsWith('arn:aws:iam::aws:policy/');
    // What is not there would narrow the session to nothing, which the caller would learn call by call.
    if (!ours || !directory.managedPolicy(arn)) throw validationError(`Invalid policy ARN: ${arn.slice(0, 200)}`);
  }
  return { policy: Policy, policyArns };
}

function checkDocument(text: string): void {
  try {
    parsePolicy(text, 'identity');
  } catch (error) {
    if (!(error instanceof MalformedPolicy)) throw error;
    throw new ApiError(
      'MalformedPolicyDocument',
      isJson(text) ? error.message : 'The policy is not in the valid JSON format.',
    );
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
