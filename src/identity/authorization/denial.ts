import type { AccessQuestion } from './authorizer.ts';
import type { AccessDecision } from './types.ts';

/** A decision, and whose resource it was about where that is known. */
type Denial = AccessDecision & { readonly resourceAccountId?: string };

/**
 * AWS's sentence for a refused request. Since 2026 it names the managed policy that denies, within an account.
 * (Source: IAM User Guide, "Troubleshoot access denied error messages"; AWS Security Blog, "Enhanced access denied error
 * messages with policy ARNs".)
 * @param callerArn the user, the session, or the root that asked
 */
export function denialSentence(
  denial: Denial,
  callerArn: string,
  { action, resource, resourcePolicyRole }: AccessQuestion,
): string {
  const { effect, layer = 'identity-based policy' } = denial;
  // Actions that know no resources are refused without one (recorded: bedrock:ListFoundationModels, s3:ListAllMyBuckets).
  const where = resource === '*' ? '' : ` on resource: ${resource}`;
  const subject = `User: ${callerArn} is not authorized to perform: ${action}${where}`;
  // STS does not tell of roles, which may belong to somebody else, what is in their trust policies.
  if (resourcePolicyRole === 'must-allow') return subject;
  const article = layer === 'identity-based policy' ? 'an' : 'a';
  return effect === 'explicit-deny'
    ? `${subject} with an explicit deny in ${article} ${layer}${namedPolicy(denial, callerArn)}`
    : `${subject} because no ${layer} allows the ${action} action`;
}

/** Inline policies have no ARN, and a resource's policy is its owner's matter. */
function namedPolicy({ layer, policy, resourceAccountId }: Denial, callerArn: string): string {
  if (layer === 'resource-based policy' || !policy?.startsWith('arn:aws:iam::')) return '';
  const callerAccountId = callerArn.split(':', 5)[4];
  return resourceAccountId === undefined || resourceAccountId === callerAccountId ? `: ${policy}` : '';
}
