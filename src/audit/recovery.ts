/** After a start: each begin without an event is a call that the last run did not live to answer. It gets an event that says so. */
import type { Journal, Sequence } from '#journal';
import { type AuditBegin, decodeAuditBegin, decodeAuditEvent, encodeAuditEvent, ENTRY_KIND } from '#records';

/** The event's errorCode where nobody knows whether the call took effect (docs/compatibility.md). */
const INTERRUPTED_CODE = 'InterruptedException';
const INTERRUPTED_MESSAGE = 'The server stopped before the call was answered; it may have taken effect.';
const SCAN_STEP_BYTES = 8 * 1024 * 1024;

/**
 * Must run before the first new call.
 * @param from everything up to this entry has ended
 * @returns how many calls were interrupted
 */
export async function recoverInterruptedCalls(journal: Journal, from: Sequence): Promise<number> {
  const open = await openBegins(journal, from);
  for (const begin of open.values()) {
    const end = {
      endedMs: begin.receivedMs,
      errorCode: INTERRUPTED_CODE,
      errorMessage: INTERRUPTED_MESSAGE,
      responseElements: null,
    };
    const payload = encodeAuditEvent({ ...begin, ...end });
    await journal.append({ kind: ENTRY_KIND.auditEvent, routes: begin.routes, payload });
  }
  return open.size;
}

async function openBegins(journal: Journal, from: Sequence): Promise<Map<string, AuditBegin>> {
  const open = new Map<string, AuditBegin>();
  const kinds = [ENTRY_KIND.auditBegin, ENTRY_KIND.auditEvent];
  for (let after = from; after < journal.head;) {
    const { entries, nextAfter } = await journal.read({ after, maxBytes: SCAN_STEP_BYTES, kinds, waitMs: 0 });
    for (const { kind, payload } of entries) {
      if (kind === ENTRY_KIND.auditEvent) {
        open.delete(decodeAuditEvent(payload).eventId);
      } else {
        const begin = decodeAuditBegin(payload);
        open.set(begin.eventId, begin);
      }
    }
    if (nextAfter === after) break;
    after = nextAfter;
  }
  return open;
}
