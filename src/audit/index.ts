export * from './auditor.ts';
export * from './history/index.ts';
export { MissedEntries } from './missed-entries.ts';
export { recoverInterruptedCalls } from './recovery.ts';
export { requestParametersOf, responseElementsOf } from './redaction.ts';
export * from './rules.ts';
export { additionalOf, foreignIdentityOf, serviceIdentity, userIdentityOf } from './user-identity.ts';
