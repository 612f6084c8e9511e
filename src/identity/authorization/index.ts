export { type AccessQuestion, Authorizer, type AuthorizerOptions, type GuardedResource } from './authorizer.ts';
export { boundaryOf, policiesOfUser } from './caller-policies.ts';
export { decide } from './decide.ts';
export { denialSentence } from './denial.ts';
export * from './types.ts';
