/** What a journal entry is to the store: rows of its tables. */
import type { StoreRows } from '#delivery';
import type { JournalEntry } from '#journal';
import { decodeInvocationEnd, decodeLogEvents, ENTRY_KIND } from '#records';
import type { InvocationRow, LogEventRow } from '#store';

/** @param node the id of the node that wrote the entry */
export function rowsOf(node: string): (entry: JournalEntry) => StoreRows {
  return (entry) =>
    entry.kind === ENTRY_KIND.invocationEnd
      ? { invocations: [invocationRow(node, entry)] }
      : { logEvents: logEventRows(node, entry) };
}

function invocationRow(node: string, { sequence, payload, attachments }: JournalEntry): InvocationRow {
  const { facts, line, prompt, completion } = decodeInvocationEnd(payload, attachments);
  const { begin, tokens } = facts;
  return {
    key: { node, sequence, index: 0 },
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
  }));
}
