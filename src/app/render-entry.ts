/** What a journal entry means to a destination: its line, if the line goes there, and its data objects, if they do. */
import type { RenderedEntry } from '#delivery';
import type { JournalEntry } from '#journal';
import {
  type AuditEvent,
  auditEventOf,
  decodeAuditEvent,
  decodeInvocationEnd,
  decodeRecord,
  ENTRY_KIND,
  renderAuditEvent,
} from '#records';
import { isTrailRoute } from './trail-delivery.ts';

const NO_LINE = Buffer.alloc(0);

/** A model call is a record to its logging destinations, and an event to the trails that selected it. */
export function renderEntry(entry: JournalEntry, route: string): RenderedEntry | undefined {
  if (!isTrailRoute(route)) return renderRecord(entry, route);
  const event = eventOf(entry);
  return event && renderEvent(event);
}

function eventOf({ kind, payload, attachments }: JournalEntry): AuditEvent | undefined {
  if (kind === ENTRY_KIND.auditEvent) return decodeAuditEvent(payload);
  if (kind === ENTRY_KIND.invocationEnd) return auditEventOf(decodeInvocationEnd(payload, attachments).facts);
  return undefined;
}

function renderEvent(event: AuditEvent): RenderedEntry {
  const { region, endedMs } = event;
  return {
    line: Buffer.from(renderAuditEvent(event)),
    timestampMs: endedMs,
    dataObjects: [],
    trailEvent: { region, eventMs: endedMs },
  };
}

function renderRecord({ kind, payload, attachments }: JournalEntry, route: string): RenderedEntry | undefined {
  if (kind !== ENTRY_KIND.invocationEnd) return undefined;
  const { timestampMs, lineRoutes, dataRoute, line, dataObjects } = decodeRecord(payload, attachments);
  return {
    line: lineRoutes.includes(route) ? line : NO_LINE,
    timestampMs,
    dataObjects: dataRoute === route ? dataObjects : [],
  };
}
