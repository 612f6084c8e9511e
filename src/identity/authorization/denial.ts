import type { AccessQuestion } from './authorizer.ts';
import type { AccessDecision } from './types.ts';

/**
 * AWS's sentence for a refused request.
 * (Source: IAM User Guide, "Troubleshoot access denied error messages".)
 * @param callerArn the user, the session, or the root that asked
 */
export function denialSentence(
  { effect, layer = 'identity-based policy' }: AccessDecision,
  callerArn: string,
  { action, resource, resourcePolicyRole }: AccessQuestion,
): string {
  // Actions that know no resources are refused without one (recorded: bedrock:ListFoundationModels, s3:ListAllMyBuckets).
  const where = resource === '*' ? '' : ` on resource: ${resource}`;
  const subject = `User: ${callerArn} is not authorized to perform: ${action}${where}`;
  // STS does not tell of roles, which may belong to somebody else, what is in their trust policies.
  if (resourcePolicyRole === 'must-allow') return subject;
  const article = layer === 'identity-based policy' ? 'an' : 'a';
  return effect === 'explicit-deny'
    ? `${subject} with an explicit deny in ${article} ${layer}`
    : `${subject} because no ${layer} allows the ${action} action`;
}
