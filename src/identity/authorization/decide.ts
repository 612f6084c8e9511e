/**
 * Whether a request is allowed: pure, no clock, no I/O.
 *
 * Contract
 *   - a deny that applies in any policy wins, whoever the caller is
 *   - root needs no policy of its own account; the policy of a resource can deny it
 *   - within an account the caller's own policies or the resource's policy must allow; across accounts both must
 *   - boundary and session policies only ever narrow what the caller's own policies grant
 *   - a resource's policy that names the account lets the caller's own policies decide; one that names the role or the
 *     user behind a session grants within boundary and session; one that names the caller itself, or everybody, grants
 *     whatever boundary and session leave unsaid
 *   - for services, federated identities and callers without credentials the resource's policy decides alone
 * (Source: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "Permissions boundaries
 * for IAM entities", "Session policies", "AWS JSON policy elements: Principal".)
 */
import { type Asked, askedOf, closer, evaluateOne, type Evaluation } from '../policy/index.ts';
import type { AccessDecision, AccessRequest, AttachedPolicy, PolicyLayer } from './types.ts';

const ALLOW: LayerDecision = {
  effect: 'allow',
  layer: undefined,
  policy: undefined,
  statement: undefined,
  naming: 'self',
};

interface LayerDecision extends AccessDecision {
  readonly naming: Evaluation['naming'];
}

export function decide(request: AccessRequest): AccessDecision {
  const { naming: _, ...decision } = decideInLayers(request);
  return decision;
}

function decideInLayers(request: AccessRequest): LayerDecision {
  const { policies, principal, resourcePolicy } = request;
  const asked = askedOf({ ...request, bounded: policies.boundary !== undefined });
  const resource = layerOf(asked, 'resource-based policy', resourcePolicy ? [resourcePolicy] : []);
  if (principal.type !== 'AWS') return resource;
  const own = policies.identity === 'everything' ? ALLOW : layerOf(asked, 'identity-based policy', policies.identity);
  const boundary = policies.boundary && layerOf(asked, 'permissions boundary', policies.boundary);
  const session = policies.session && layerOf(asked, 'session policy', policies.session);

  const denied = [own, resource, boundary, session].find((one) => one?.effect === 'explicit-deny');
  if (denied) return denied;
  const narrowed = [boundary, session].find((one) => one && one.effect !== 'allow');
  const caller = own.effect === 'allow' ? (narrowed ?? own) : own;
  const resourceAllows = resource.effect === 'allow';

  if (request.accountId !== request.resourceAccountId) return caller.effect === 'allow' ? resource : caller;
  if (request.resourcePolicyRole === 'must-allow' && !resourceAllows) return resource;
  if (caller.effect === 'allow' || !resourceAllows) return caller;
  if (resource.naming === 'self') return resource;
  return resource.naming === 'role' ? (narrowed ?? resource) : caller;
}

/** What the policies of one layer say together: any deny, else the allow that names the caller closest, else nothing. */
function layerOf(asked: Asked, layer: PolicyLayer, policies: readonly AttachedPolicy[]): LayerDecision {
  let best: Evaluation | undefined;
  let bestName: string | undefined;
  for (const { name, document } of policies) {
    const one = evaluateOne(document, asked);
    if (one.decision === 'explicit-deny') return told(one, layer, name);
    if (best && closer(one, best) === best) continue;
    best = one;
    bestName = name;
  }
  return best?.decision === 'allow' ? told(best, layer, bestName) : silence(layer);
}

function told({ decision, statement, naming }: Evaluation, layer: PolicyLayer, policy: string | undefined) {
  return { effect: decision, layer, policy, statement, naming };
}

function silence(layer: PolicyLayer): LayerDecision {
  return { effect: 'implicit-deny', layer, policy: undefined, statement: undefined, naming: undefined };
}
