/** Statements that would have allowed a request but for one thing: what an operator most often looks for. Pure. */
import type { AccessRequest, AttachedPolicy } from '../authorization/types.ts';
import { type Condition, evaluate, type Statement } from '../policy/index.ts';

export interface NearMiss {
  readonly policy: string;
  readonly statement: Statement;
  /** What does not fit; of several the first in this order: principal, resource, condition. */
  readonly lacks: 'principal' | 'resource' | 'condition';
  /** The conditions that do not hold, when it is those. */
  readonly conditions: readonly Condition[];
}

/** Of one denial at most. */
export const NEAR_MISSES_MAX = 3;

/**
 * Allow statements of the policies that fit the request's action and not all of the rest; those that lack a condition come
 * first.
 * @param goOn asked before each statement, of which there may be thousands: false ends the search
 */
export function nearMisses(
  request: AccessRequest,
  policies: readonly AttachedPolicy[],
  goOn: () => boolean,
): NearMiss[] {
  const found: NearMiss[] = [];
  for (const { name, document } of policies) {
    for (const statement of document.statements) {
      if (!goOn()) return nearest(found);
      if (statement.effect !== 'Allow') continue;
      const miss = missOf(statement, (variant) => {
        const one = { ...document, statements: [variant] };
        return evaluate({ ...request, policies: [one] }).decision === 'allow';
      });
      if (miss) found.push({ policy: name, statement, ...miss });
    }
  }
  return nearest(found);
}

function nearest(found: readonly NearMiss[]): NearMiss[] {
  const order = ['condition', 'resource', 'principal'];
  return found.toSorted((a, b) => order.indexOf(a.lacks) - order.indexOf(b.lacks)).slice(0, NEAR_MISSES_MAX);
}

function missOf(
  statement: Statement,
  allows: (variant: Statement) => boolean,
): Pick<NearMiss, 'lacks' | 'conditions'> | undefined {
  // Without principals and resources a statement speaks of everybody and everything.
  const action = { ...statement, principals: undefined, resources: undefined, conditions: [] };
  if (!allows(action)) return undefined;
  if (!allows({ ...action, principals: statement.principals })) return { lacks: 'principal', conditions: [] };
  const plain = { ...statement, conditions: [] };
  if (!allows(plain)) return { lacks: 'resource', conditions: [] };
  const conditions = statement.conditions.filter((condition) => !allows({ ...plain, conditions: [condition] }));
  return conditions.length === 0 ? undefined : { lacks: 'condition', conditions };
}
