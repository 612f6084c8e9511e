export { auditedFrames, concludeAudit, noteOutput, openAudit } from './audit.ts';
export type { DueEvent } from './events.ts';
export { auditOwnCall, type OwnCall } from './own-calls.ts';
