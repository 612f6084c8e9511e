/**
 * The policy evaluator: pure, no clock, no I/O.
 *
 * Contract
 *   - any matching Deny wins; else any matching Allow; else the request is denied implicitly
 *   - neither the order of policies nor that of statements changes the decision
 *   - removing an Allow statement never grants, removing a Deny never takes away
 *   - what cannot be understood (a variable without a value, a number that is none) never grants
 *   - of keys that differ in case only (tags of some services may) each is asked: all of them must fit to grant, one that
 *     fits denies
 *   - a Principal that names the account, the role or user behind a session, or everybody, names the caller
 *   - Allow with NotPrincipal leaves out whoever a Principal would name; Deny with NotPrincipal spares only those whose
 *     account, role and own ARN are all named, and nobody who has a permissions boundary
 * Which policies count, and how those of identity, resource and boundary add up, is the caller's matter.
 * (Source: IAM User Guide, "Policy evaluation logic", "NotPrincipal" and "Permissions boundaries for IAM entities".)
 */
import { compiledPolicy, type CompiledStatement } from './compile.ts';
import type { PolicyDocument, Statement } from './document.ts';
import { isSpared, type Naming, namingOf, type RequestPrincipal } from './principals.ts';
import type { ConditionContext } from './variables.ts';

export interface EvaluationRequest {
  readonly policies: readonly PolicyDocument[];
  /** Such as `s3:PutObject`. */
  readonly action: string;
  /** An ARN, or `*` for actions without one. */
  readonly resource: string;
  readonly principal: RequestPrincipal;
  /** Condition keys of the request, in any case: `{'aws:SourceAccount': '123456789012'}`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Whether the caller has a permissions boundary. */
  readonly bounded?: boolean;
}

/** What is asked of one policy after the other. */
export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly principal: RequestPrincipal;
  readonly context: ConditionContext;
  readonly bounded: boolean;
}

export interface Evaluation {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny';
  /** The statement that decided; the first such where several say the same, the one that names the caller closest. */
  readonly statement: Statement | undefined;
  /** How closely the statement names the caller; `self` in policies without principals. */
  readonly naming: Naming | undefined;
}

const SILENCE: Evaluation = { decision: 'implicit-deny', statement: undefined, naming: undefined };
const CLOSENESS: Readonly<Record<Naming, number>> = { account: 1, role: 2, self: 3 };

export function evaluate(request: EvaluationRequest): Evaluation {
  const asked = askedOf(request);
  let best = SILENCE;
  for (const document of request.policies) {
    const one = evaluateOne(document, asked);
    if (one.decision === 'explicit-deny') return one;
    best = closer(one, best);
  }
  return best;
}

/** Prepares a question that several policies are asked. */
export function askedOf(request: Omit<EvaluationRequest, 'policies'>): Asked {
  const { action, resource, principal, context, bounded } = request;
  return { action, resource, principal, context: new LowerCaseKeys(context), bounded: bounded ?? false };
}

/** What one policy says. */
export function evaluateOne(document: PolicyDocument, asked: Asked): Evaluation {
  let best = SILENCE;
  for (const statement of compiledPolicy(document).statementsOn(asked.action)) {
    const { source } = statement;
    const naming = namingIn(statement, asked);
    if (naming === undefined) continue;
    if (source.effect === 'Allow' && !isCloser(naming, best.naming)) continue;
    if (!applies(statement, asked)) continue;
    if (source.effect === 'Deny') return { decision: 'explicit-deny', statement: source, naming };
    best = { decision: 'allow', statement: source, naming };
  }
  return best;
}

/** Of two evaluations without a deny the one that says more. */
export function closer(one: Evaluation, other: Evaluation): Evaluation {
  return one.naming !== undefined && isCloser(one.naming, other.naming) ? one : other;
}

function isCloser(naming: Naming, than: Naming | undefined): boolean {
  return than === undefined || CLOSENESS[naming] > CLOSENESS[than];
}

/** How the statement names the caller; undefined when it does not speak of them. */
function namingIn({ principals, source }: CompiledStatement, { principal, bounded }: Asked): Naming | undefined {
  if (!principals) return 'self';
  if (!principals.not) return namingOf(principals, principal);
  const leftOut =
    source.effect === 'Deny' ? !bounded && isSpared(principals, principal) : namingOf(principals, principal);
  return leftOut ? undefined : 'self';
}

function applies({ source, matchesResource, conditions }: CompiledStatement, { resource, context }: Asked): boolean {
  const whenUnclear = source.effect === 'Allow' ? 'fails' : 'fits-nothing';
  return (
    (!matchesResource || matchesResource(resource, context, whenUnclear)) &&
    conditions.every((holds) => holds(context, whenUnclear))
  );
}

/** Condition keys without regard to case. Most requests never ask for one, so the keys are only turned when one does. */
class LowerCaseKeys implements ConditionContext {
  readonly #given: NonNullable<EvaluationRequest['context']>;
  #byKey: Map<string, readonly string[]> | undefined;
  /** The values apart, of keys that the request has in several spellings. */
  readonly #spellings = new Map<string, (readonly string[])[]>();

  constructor(given: EvaluationRequest['context']) {
    this.#given = given ?? {};
  }

  get(key: string): readonly string[] | undefined {
    return (this.#byKey ??= this.#turned()).get(key);
  }

  spellings(key: string): readonly (readonly string[])[] | undefined {
    this.#byKey ??= this.#turned();
    return this.#spellings.size === 0 ? undefined : this.#spellings.get(key);
  }

  #turned(): Map<string, readonly string[]> {
    const byKey = new Map<string, readonly string[]>();
    for (const [name, value] of Object.entries(this.#given)) {
      const key = name.toLowerCase();
      const values = typeof value === 'string' ? [value] : value;
      const before = byKey.get(key);
      if (before) {
        const spellings = this.#spellings.get(key) ?? [before];
        this.#spellings.set(key, [...spellings, values]);
      }
      byKey.set(key, before ? [...before, ...values] : values);
    }
    return byKey;
  }
}
