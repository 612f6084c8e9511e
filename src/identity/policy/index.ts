export {
  type Condition,
  MalformedPolicy,
  type PolicyDocument,
  type PolicyKind,
  type PrincipalElement,
  type Statement,
} from './document.ts';
export { evaluate, type Evaluation, type EvaluationRequest, type Naming, type RequestPrincipal } from './evaluator.ts';
export { globOf, matchesGlob } from './glob.ts';
export { parsePolicy, POLICY_CHARS_MAX } from './parse.ts';
