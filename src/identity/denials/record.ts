/** What is kept of a denial: enough to explain it, no content of the request and no secret. Pure. */
import type { AccessQuestion } from '../authorization/authorizer.ts';
import type { AccessDecision, AccessRequest, AttachedPolicy, PolicyLayer } from '../authorization/types.ts';
import type { Condition, Statement } from '../policy/index.ts';
import type { Caller } from '../types.ts';
import { type NearMiss, nearMisses } from './near-misses.ts';
import { operatorOf, type StatementJson, statementJson } from './statement-json.ts';

/** A request that was refused for what policies say, or leave unsaid. */
export interface Denial {
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly caller: Caller;
  readonly question: AccessQuestion;
  readonly decision: AccessDecision;
  /** All that the decision hung on. */
  readonly request: AccessRequest;
}

/** JSON as it is kept and told. */
export interface DenialRecord {
  readonly requestId: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The caller's account. */
  readonly accountId: string;
  readonly callerArn: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccountId: string;
  readonly effect: 'explicit-deny' | 'implicit-deny';
  readonly layer: PolicyLayer;
  /** True for trust policies: nothing is allowed without them. */
  readonly resourcePolicyMustAllow: boolean;
  /** The policy with the deciding statement, and the statement. */
  readonly policy?: string;
  readonly statement?: StatementJson;
  /** Names and ARNs of the layer's policies; absent when they belong to another account. */
  readonly policies?: readonly string[];
  /** The condition keys that were looked at, and what the request had there; null: nothing. */
  readonly context: Readonly<Record<string, readonly string[] | null>>;
  readonly nearMisses: readonly NearMissJson[];
}

export interface NearMissJson {
  readonly policy: string;
  readonly statement: StatementJson;
  readonly lacks: NearMiss['lacks'];
  readonly conditions: readonly {
    readonly operator: string;
    readonly key: string;
    readonly values: readonly string[];
  }[];
}

const TEXT_CHARS_MAX = 1_024;
const VALUE_CHARS_MAX = 256;
const VALUES_MAX = 10;
const POLICIES_MAX = 30;

/**
 * The record of a denial. What the policy of another account's resource says is its owner's matter and is not kept.
 * @param goOn how long to look for statements that would nearly have allowed it: asked before each
 */
export function recordOf(denial: Denial, goOn: () => boolean): DenialRecord {
  const { caller, decision, request, question } = denial;
  const layer = decision.layer ?? 'identity-based policy';
  const foreign = layer === 'resource-based policy' && request.resourceAccountId !== caller.accountId;
  const policies = foreign ? undefined : policiesOf(request, layer);
  const statement = foreign ? undefined : decision.statement;
  const near = policies && decision.effect === 'implicit-deny' ? nearMisses(request, policies, goOn) : [];
  return {
    requestId: denial.requestId,
    time: new Date(denial.atMs).toISOString(),
    accountId: caller.accountId,
    callerArn: caller.arn.slice(0, TEXT_CHARS_MAX),
    action: question.action.slice(0, TEXT_CHARS_MAX),
    resource: question.resource.slice(0, TEXT_CHARS_MAX),
    resourceAccountId: request.resourceAccountId,
    effect: decision.effect === 'explicit-deny' ? decision.effect : 'implicit-deny',
    layer,
    resourcePolicyMustAllow: request.resourcePolicyRole === 'must-allow',
    ...(decision.policy === undefined || foreign ? {} : { policy: decision.policy }),
    ...(statement && { statement: statementJson(statement) }),
    ...(policies && { policies: policies.slice(0, POLICIES_MAX).map(({ name }) => name) }),
    context: contextOf(request, [statement, ...near.map((miss) => miss.statement)]),
    nearMisses: near.map(nearMissJson),
  };
}

function policiesOf({ policies, resourcePolicy }: AccessRequest, layer: PolicyLayer): readonly AttachedPolicy[] {
  switch (layer) {
    case 'identity-based policy':
      return policies.identity === 'everything' ? [] : policies.identity;
    case 'permissions boundary':
      return policies.boundary ?? [];
    case 'session policy':
      return policies.session ?? [];
    default:
      return resourcePolicy ? [resourcePolicy] : [];
  }
}

function contextOf(
  { context }: AccessRequest,
  statements: readonly (Statement | undefined)[],
): Record<string, readonly string[] | null> {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const keys = new Set(statements.flatMap((statement) => statement?.conditions.map(({ key }) => key) ?? []));
  return Object.fromEntries(
    [...keys].map((key) => {
      const value = values.get(key);
      return [key, value === undefined ? null : cut(typeof value === 'string' ? [value] : value)];
    }),
  );
}

function nearMissJson({ policy, statement, lacks, conditions }: NearMiss): NearMissJson {
  return { policy, statement: statementJson(statement), lacks, conditions: conditions.map(conditionJson) };
}

function conditionJson(condition: Condition): NearMissJson['conditions'][number] {
  return { operator: operatorOf(condition), key: condition.key, values: cut(condition.values) };
}

function cut(values: readonly string[]): string[] {
  return values.slice(0, VALUES_MAX).map((value) => value.slice(0, VALUE_CHARS_MAX));
}
