export { WebIdentityFailure, type WebIdentityFailureReason } from './failure.ts';
export { issuerName, type IssuerUrlProblem, issuerUrlProblem } from './issuer-url.ts';
export { type WebIdentity, WebIdentities } from './web-identities.ts';
