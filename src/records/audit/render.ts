import { recordOf } from './record.ts';
import { isSurelyWithin, withinSizes } from './size-rules.ts';
import type { AuditEvent } from './types.ts';

/**
 * The record as CloudTrail writes it: one line of JSON without the newline, keys in the order of real records, AWS's size
 * rules applied. The same event always gives the same line: readers of the journal render it anew.
 */
export function renderAuditEvent(event: AuditEvent): string {
  const record = recordOf(event);
  const line = JSON.stringify(record);
  return isSurelyWithin(line) ? line : JSON.stringify(withinSizes(record));
}
