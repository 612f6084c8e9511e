/** What a journal entry is to the store: rows of its tables. */
import { usernameOf } from '#audit';
import type { StoreRows } from '#delivery';
import type { JournalEntry } from '#journal';
import {
  type AuditEvent,
  auditEventOf,
  completionOfRecord,
  decodeAuditEvent,
  decodeInvocationEnd,
  decodeLogEvents,
  ENTRY_KIND,
  renderAuditEvent,
} from '#records';
import type { AuditEventRow, InvocationRow, LogEventRow, RowKey } from '#store';

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
  const event = auditEventOf(end.facts);
  return {
    invocations: [invocationRow(key, end)],
    ...(event && { auditEvents: [{ ...auditEventRow(key, event), alike: true }] }),
  };
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

function invocationRow(
  key: RowKey,
  { facts, line, prompt, completion }: ReturnType<typeof decodeInvocationEnd>,
): InvocationRow {
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
