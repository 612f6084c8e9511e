/**
 * Whether a request is allowed: pure, no clock, no I/O.
 *
 * Contract
 *   - a deny that applies in any policy wins, whoever the caller is
 *   - root needs no policy of its own account; the policy of a resource can deny it
 *   - within an account the caller's own policies or the resource's policy must allow; across accounts both must
 *   - boundary and session policies only ever narrow what the caller's own policies grant
 *   - a resource's policy that names the account lets the caller's own policies decide; one that names the caller
 *     itself grants whatever boundary and session leave unsaid; one that names the session's role, or everybody, grants
 *     within boundary and session
 * (Source: IAM User Guide, "Policy evaluation logic", "Permissions boundaries for IAM entities" and "Session policies".)
 */
import { evaluate, type Naming } from '../policy/index.ts';
import type { AccessDecision, AccessRequest, AttachedPolicy, PolicyLayer } from './types.ts';

const ALLOW: AccessDecision = { effect: 'allow', layer: undefined, policy: undefined, statement: undefined };

export function decide(request: AccessRequest): AccessDecision {
  const { policies, resourcePolicy } = request;
  const own =
    policies.identity === 'everything'
      ? ALLOW
      : layerOf(request, 'identity-based policy', policies.identity, 'account');
  const boundary = policies.boundary && layerOf(request, 'permissions boundary', policies.boundary, 'account');
  const session = policies.session && layerOf(request, 'session policy', policies.session, 'account');
  const resource = resourceDecision(request, 'account');

  const denied = [own, resource, boundary, session].find((one) => one?.effect === 'explicit-deny');
  if (denied) return denied;
  const narrowed = [boundary, session].find((one) => one && one.effect !== 'allow');
  const caller = own.effect === 'allow' ? (narrowed ?? own) : own;
  const resourceAllows = resource.effect === 'allow';

  if (request.accountId !== request.resourceAccountId) {
    if (caller.effect !== 'allow') return caller;
    return resourceAllows ? resource : silence('resource-based policy');
  }
  if (request.resourcePolicyRole === 'must-allow' && !resourceAllows) return silence('resource-based policy');
  if (caller.effect === 'allow') return caller;
  if (!resourcePolicy || !resourceAllows) return caller;
  const named = resourceDecision(request, 'self');
  if (named.effect === 'allow') return named;
  const reached = resourceDecision(request, 'role');
  if (reached.effect === 'allow') return narrowed ?? reached;
  return caller;
}

function silence(layer: PolicyLayer): AccessDecision {
  return { effect: 'implicit-deny', layer, policy: undefined, statement: undefined };
}

function resourceDecision(request: AccessRequest, naming: Naming): AccessDecision {
  const { resourcePolicy } = request;
  if (!resourcePolicy) return silence('resource-based policy');
  return layerOf(request, 'resource-based policy', [resourcePolicy], naming);
}

/** What the policies of one layer say together: any deny, else any allow, else nothing. */
function layerOf(
  { action, resource, principal, context }: AccessRequest,
  layer: PolicyLayer,
  policies: readonly AttachedPolicy[],
  naming: Naming,
): AccessDecision {
  let allowed: AccessDecision | undefined;
  for (const { name, document } of policies) {
    const { decision, statement } = evaluate({ policies: [document], action, resource, principal, context, naming });
    if (decision === 'explicit-deny') return { effect: decision, layer, policy: name, statement };
    if (decision === 'allow') allowed ??= { effect: decision, layer, policy: name, statement };
  }
  return allowed ?? silence(layer);
}
