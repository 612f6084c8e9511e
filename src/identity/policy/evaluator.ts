/**
 * The policy evaluator: pure, no clock, no I/O.
 *
 * Contract
 *   - any matching Deny wins; else any matching Allow; else the request is denied implicitly
 *   - neither the order of policies nor that of statements changes the decision
 *   - removing an Allow statement never grants, removing a Deny never takes away
 *   - what cannot be understood (a variable without a value, a number that is none) never grants
 * Which policies count, and how those of identity, resource and boundary add up, is the caller's matter.
 * (Source: IAM User Guide, "Policy evaluation logic".)
 */
import { conditionHolds } from './conditions.ts';
import type { Element, PolicyDocument, PrincipalElement, Statement } from './document.ts';
import { compileGlob, globOf, matchesGlob } from './glob.ts';
import { type ConditionContext, fillVariables } from './variables.ts';

/** Who makes the request, as Principal elements name them. */
export type RequestPrincipal =
  | {
      readonly type: 'AWS';
      readonly accountId: string;
      /** The caller's own ARN: root, user or session. */
      readonly arn: string;
      /** For sessions: the role behind them, `arn:aws:iam::ACCOUNT:role/PATH/NAME`. */
      readonly roleArn?: string | undefined;
    }
  /** An AWS service, such as `bedrock.amazonaws.com`. */
  | { readonly type: 'Service'; readonly name: string }
  | { readonly type: 'Federated'; readonly name: string }
  | { readonly type: 'anonymous' };

export interface EvaluationRequest {
  readonly policies: readonly PolicyDocument[];
  /** Such as `s3:PutObject`. */
  readonly action: string;
  /** An ARN, or `*` for actions without one. */
  readonly resource: string;
  readonly principal: RequestPrincipal;
  /** Condition keys of the request, in any case: `{'aws:SourceAccount': '123456789012'}`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Default `account`. */
  readonly naming?: Naming;
}

/**
 * How closely Principal elements must name the caller. `account`: the caller's account will do, which merely lets that
 * account's own policies decide. `role`: the caller, its role, or everybody. `self`: the very user or session.
 */
export type Naming = 'account' | 'role' | 'self';

export interface Evaluation {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny';
  /** The statement that decided; the first such where several say the same. */
  readonly statement: Statement | undefined;
}

export function evaluate(request: EvaluationRequest): Evaluation {
  const context = lowerCaseKeys(request.context ?? {});
  let allowedBy: Statement | undefined;
  for (const policy of request.policies) {
    for (const statement of policy.statements) {
      if (statement.effect === 'Allow' && allowedBy) continue;
      if (!applies(statement, policy.version, request, context)) continue;
      if (statement.effect === 'Deny') return { decision: 'explicit-deny', statement };
      allowedBy = statement;
    }
  }
  return allowedBy ? { decision: 'allow', statement: allowedBy } : { decision: 'implicit-deny', statement: undefined };
}

function applies(
  statement: Statement,
  version: PolicyDocument['version'],
  request: EvaluationRequest,
  context: ConditionContext,
): boolean {
  const { principals, actions, resources, conditions } = statement;
  const unresolved = statement.effect === 'Allow' ? 'fails' : 'fits-nothing';
  return (
    (principals === undefined || matchesPrincipal(principals, request)) &&
    matchesAction(actions, request.action) &&
    (resources === undefined || matchesResource(resources, version, request.resource, context, unresolved)) &&
    conditions.every((condition) => conditionHolds(condition, version, context, unresolved))
  );
}

function matchesAction(element: Element, action: string): boolean {
  const wanted = action.toLowerCase();
  return element.patterns.some((pattern) => matchesGlob(globOf(pattern.toLowerCase()), wanted)) !== element.not;
}

function matchesResource(
  element: Element,
  version: PolicyDocument['version'],
  resource: string,
  context: ConditionContext,
  unresolved: 'fails' | 'fits-nothing',
): boolean {
  let matched = false;
  for (const pattern of element.patterns) {
    const parts = fillVariables(pattern, version, context);
    if (parts) matched ||= matchesGlob(compileGlob(parts), resource);
    else if (unresolved === 'fails' && element.not) return false;
  }
  return matched !== element.not;
}

function matchesPrincipal(element: PrincipalElement, request: EvaluationRequest): boolean {
  const everyone = element.everyone && request.naming !== 'self';
  return (everyone || names(element, request)) !== element.not;
}

function names(element: PrincipalElement, request: EvaluationRequest): boolean {
  const { principal, naming = 'account' } = request;
  if (principal.type === 'Service') return element.services.includes(principal.name);
  if (principal.type === 'Federated') return element.federated.includes(principal.name);
  if (principal.type === 'anonymous') return false;
  const rootArn = `arn:aws:iam::${principal.accountId}:root`;
  const wholeAccount = naming === 'account' || principal.arn === rootArn;
  return element.aws.some(
    (name) =>
      name === principal.arn ||
      (naming !== 'self' && name === principal.roleArn) ||
      (wholeAccount && (name === principal.accountId || name === rootArn)),
  );
}

function lowerCaseKeys(context: Readonly<Record<string, string | readonly string[]>>): ConditionContext {
  return new Map(
    Object.entries(context).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
  );
}
