export * from './auditor.ts';
export { requestParametersOf, responseElementsOf } from './redaction.ts';
export * from './rules.ts';
export { serviceIdentity, userIdentityOf } from './user-identity.ts';
