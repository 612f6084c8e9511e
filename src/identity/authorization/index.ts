export {
  type AccessQuestion,
  Authorizer,
  type AuthorizerOptions,
  type GuardedResource,
  type Judgement,
} from './authorizer.ts';
export { boundaryOf, policiesOfUser } from './caller-policies.ts';
export { decide } from './decide.ts';
export { denialSentence } from './denial.ts';
export * from './types.ts';
export { contextKeysIn, type TextSpan } from './policy-text.ts';
export * from './simulate.ts';
export * from './simulated-principals.ts';
