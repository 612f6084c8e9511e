export {
  type Condition,
  MalformedPolicy,
  type PolicyDocument,
  type PolicyKind,
  type PrincipalElement,
  type Statement,
} from './document.ts';
export {
  type Asked,
  askedOf,
  closer,
  evaluate,
  evaluateOne,
  type Evaluation,
  type EvaluationRequest,
} from './evaluator.ts';
export { globOf, matchesGlob } from './glob.ts';
export { parsePolicy, POLICY_CHARS_MAX } from './parse.ts';
export type { Naming, RequestPrincipal } from './principals.ts';
