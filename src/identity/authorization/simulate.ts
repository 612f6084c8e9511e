/**
 * What policies would decide, and which statements make it so: the very decision of enforcement (`decide.ts`), told in more
 * detail. Pure.
 */
import { askedOf, evaluate, evaluateOne, type PolicyDocument } from '../policy/index.ts';
import { decide } from './decide.ts';
import { statementSpans, type TextSpan } from './policy-text.ts';
import type { AccessDecision, AccessRequest, AttachedPolicy, CallerPolicies } from './types.ts';

/** A policy and its text. The name is what answers call it. */
export interface SimulatedPolicy extends AttachedPolicy {
  readonly text: string;
}

export interface SimulationRequest extends Omit<AccessRequest, 'policies' | 'resourcePolicy'> {
  readonly policies: {
    readonly identity: readonly SimulatedPolicy[];
    /** Undefined: no boundary is set. */
    readonly boundary: readonly SimulatedPolicy[] | undefined;
  };
  readonly resourcePolicy: SimulatedPolicy | undefined;
}

/** A statement that made the decision. */
export interface MatchedStatement {
  readonly policy: string;
  readonly layer: 'identity' | 'boundary' | 'resource';
  readonly span: TextSpan | undefined;
}

export interface Simulation {
  readonly effect: AccessDecision['effect'];
  /** The denying statements, else the allowing ones; none when silence denies. */
  readonly matched: readonly MatchedStatement[];
  /** Undefined without a boundary. */
  readonly allowedByBoundary: boolean | undefined;
}

export function simulate(request: SimulationRequest): Simulation {
  const { identity, boundary } = request.policies;
  const policies: CallerPolicies = { identity, boundary, session: undefined };
  const { effect } = decide({ ...request, policies });
  return {
    effect,
    matched: effect === 'implicit-deny' ? [] : matchedStatements(request, effect),
    allowedByBoundary: boundary && evaluate({ ...request, policies: boundary.map(documentOf) }).decision === 'allow',
  };
}

function matchedStatements(request: SimulationRequest, effect: 'allow' | 'explicit-deny'): MatchedStatement[] {
  const { identity, boundary = [] } = request.policies;
  const asked = askedOf({ ...request, bounded: request.policies.boundary !== undefined });
  const layers = [
    ['identity', identity],
    ['resource', request.resourcePolicy ? [request.resourcePolicy] : []],
    // What a boundary allows grants nothing.
    ['boundary', effect === 'explicit-deny' ? boundary : []],
  ] as const;
  return layers.flatMap(([layer, policies]) =>
    policies.flatMap((policy) => {
      const matched = oneByOne(policy.document).map((single) => evaluateOne(single, asked).decision === effect);
      if (!matched.includes(true)) return [];
      const spans = spansOf(policy);
      return matched.flatMap((does, index) => (does ? [{ policy: policy.name, layer, span: spans[index] }] : []));
    }),
  );
}

function documentOf({ document }: AttachedPolicy): PolicyDocument {
  return document;
}

const spansKept = new WeakMap<SimulatedPolicy, readonly TextSpan[]>();

function spansOf(policy: SimulatedPolicy): readonly TextSpan[] {
  let spans = spansKept.get(policy);
  if (!spans) spansKept.set(policy, (spans = statementSpans(policy.text)));
  return spans;
}

const singles = new WeakMap<PolicyDocument, readonly PolicyDocument[]>();

/** A document for each statement. Kept, since policies are asked for many actions. */
function oneByOne(document: PolicyDocument): readonly PolicyDocument[] {
  let documents = singles.get(document);
  if (!documents) {
    documents = document.statements.map((statement) => ({ ...document, statements: [statement] }));
    singles.set(document, documents);
  }
  return documents;
}
