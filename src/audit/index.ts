export * from './auditor.ts';
export * from './history/index.ts';
export { errorCodeOf } from './error-code.ts';
export { MissedEntries } from './missed-entries.ts';
export { recoverInterruptedCalls } from './recovery.ts';
export { isShown, requestParametersOf, responseElementsOf } from './redaction.ts';
export * from './rules.ts';
export { HIDDEN } from './shown-members.ts';
export { additionalOf, foreignIdentityOf, identityKeyOf, serviceIdentity, userIdentityOf } from './user-identity.ts';
