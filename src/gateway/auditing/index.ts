export { auditedFrames, concludeAudit, noteOutput, openAudit } from './audit.ts';
export type { DueEvent } from './events.ts';
export { auditOwnCall } from './own-calls.ts';
