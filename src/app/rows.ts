/** What a journal entry is to the store: rows of its tables. */
import { crc32 } from 'node:zlib';
import { usernameOf } from '#audit';
import type { StoreRows } from '#delivery';
import type { JournalEntry } from '#journal';
import {
  type AuditEvent,
  auditEventOf,
  carriedAuditOf,
  completionOfRecord,
  decodeAuditEvent,
  decodeInvocationEnd,
  decodeLogEvents,
  ENTRY_KIND,
  type InvocationFacts,
  type RecordedEnd,
  renderAuditEvent,
} from '#records';
import { type AuditEventRow, type InvocationRow, type LogEventRow, type RowKey, shapeOf } from '#store';

/** Kinds of entries that become rows. */
export const STORED_KINDS: readonly number[] = [ENTRY_KIND.invocationEnd, ENTRY_KIND.logEvents, ENTRY_KIND.auditEvent];

/** @param node the id of the node that wrote the entry */
export function rowsOf(node: string): (entry: JournalEntry) => StoreRows {
  return (entry) => {
    switch (entry.kind) {
      case ENTRY_KIND.invocationEnd:
        return invocationRows(node, entry);
      case ENTRY_KIND.auditEvent:
        return { auditEvents: [auditEventRow(keyOf(node, entry), decodeAuditEvent(entry.payload))] };
      default:
        return { logEvents: logEventRows(node, entry) };
    }
  };
}

function keyOf(node: string, { sequence }: JournalEntry): RowKey {
  return { node, sequence, index: 0 };
}

/** A model call is an invocation and an event of the history. */
function invocationRows(node: string, entry: JournalEntry): StoreRows {
  const end = decodeInvocationEnd(entry.payload, entry.attachments);
  const key = keyOf(node, entry);
  const event = callEventRow(key, end.facts);
  return { invocations: [invocationRow(key, end)], ...(event && { auditEvents: [event] }) };
}

/** The row of calls that are alike, by the checksum of what their events have in common: they differ in time and ids only. */
const ALIKE = new Map<number, { readonly common: Buffer; readonly row: AuditEventRow }>();
const ALIKE_MAX = 1_000;
const ALIKE_BYTES_MAX = 4_000;

function callEventRow(key: RowKey, facts: InvocationFacts): AuditEventRow | undefined {
  const { begin, latencyMs, errorCode, inferenceRegion } = facts;
  const carried = carriedAuditOf(begin);
  if (!carried) return undefined;
  // An error, or another Region, is the call's own.
  const isPlain = errorCode === undefined && inferenceRegion === undefined;
  const { common } = carried;
  const checksum = crc32(common);
  const alike = isPlain ? ALIKE.get(checksum) : undefined;
  if (alike?.common.equals(common)) {
    const { eventId, requestId } = carried.ids;
    return { ...alike.row, key, timestampMs: begin.timestampMs + latencyMs, eventId, requestId };
  }
  const event = auditEventOf(facts);
  if (!event) return undefined;
  const row = auditEventRow(key, event);
  const shape = shapeOf(row.record, row);
  if (shape === undefined) return row;
  const shaped = { ...row, record: '', shape };
  if (isPlain && common.length <= ALIKE_BYTES_MAX) {
    if (ALIKE.size >= ALIKE_MAX) ALIKE.clear();
    // The entry's memory is soon another's.
    ALIKE.set(checksum, { common: Buffer.from(common), row: shaped });
  }
  return shaped;
}

function auditEventRow(key: RowKey, event: AuditEvent): AuditEventRow {
  const { identity, resources = [] } = event;
  return {
    key,
    timestampMs: event.endedMs,
    accountId: event.accountId,
    region: event.region,
    eventId: event.eventId,
    eventSource: event.eventSource,
    eventName: event.eventName,
    username: usernameOf(identity),
    accessKeyId: identity.accessKeyId ?? '',
    identityArn: identity.arn ?? '',
    readOnly: event.readOnly,
    category: event.category,
    errorCode: event.errorCode ?? '',
    sourceIp: identity.invokedBy ?? event.sourceIp.replace(/^::ffff:/, ''),
    requestId: event.requestId,
    resources: resources.map(({ type, ARN, ARNPrefix }) => ({ type, name: ARN ?? ARNPrefix ?? '' })),
    record: renderAuditEvent(event),
  };
}

function invocationRow(key: RowKey, { facts, line, prompt, completion }: RecordedEnd): InvocationRow {
  const { begin, tokens } = facts;
  return {
    key,
    timestampMs: begin.timestampMs,
    accountId: begin.accountId,
    region: begin.region,
    requestId: begin.requestId,
    operation: begin.operation,
    modelId: begin.modelId,
    identityArn: begin.identityArn,
    inputTokens: tokens.input ?? 0,
    outputTokens: tokens.output ?? 0,
    cacheReadTokens: tokens.cacheRead ?? 0,
    cacheWriteTokens: tokens.cacheWrite ?? 0,
    latencyMs: facts.latencyMs,
    timeToFirstTokenMs: facts.timeToFirstTokenMs ?? 0,
    errorCode: facts.errorCode ?? '',
    errorMessage: facts.errorMessage ?? '',
    outcome: facts.outcome,
    stopReason: facts.stopReason ?? '',
    upstream: begin.upstream,
    upstreamRequestId: facts.upstreamRequestId ?? '',
    prompt,
    completion,
    raw: line,
  };
}

function logEventRows(node: string, { sequence, payload }: JournalEntry): LogEventRow[] {
  const { events, accountId, region, groupGeneration, streamName, ingestionMs } = decodeLogEvents(payload);
  return events.map(({ timestampMs, message }, index) => ({
    key: { node, sequence, index },
    accountId,
    region,
    groupGeneration,
    streamName,
    timestampMs,
    ingestionMs,
    message,
    completion: completionOfRecord,
  }));
}
