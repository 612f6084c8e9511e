/** Reads of invocations by request id, newest first. */
import type { QueryParameters, StoreClient } from './client.ts';
import type { InvocationRow } from './types.ts';

interface SelectedInvocation {
  readonly node: string;
  readonly sequence: number;
  readonly position: number;
  readonly raw64: string;
  readonly timestampMs: number;
}

/** Members of the row that are columns under another name; `raw` travels as base64 to keep its bytes exact. */
const SELECTED = `node, sequence, position, toUnixTimestamp64Milli(ts) AS timestampMs, account AS accountId, region,
  request_id AS requestId, operation, model_id AS modelId, identity AS identityArn,
  input_tokens AS inputTokens, output_tokens AS outputTokens, cache_read_tokens AS cacheReadTokens, cache_write_tokens AS cacheWriteTokens,
  latency_ms AS latencyMs, ttft_ms AS timeToFirstTokenMs, error_code AS errorCode, error_message AS errorMessage,
  outcome, stop_reason AS stopReason, upstream, upstream_request_id AS upstreamRequestId, prompt, completion, base64Encode(raw) AS raw64`;

export interface InvocationQuery {
  readonly accountId?: string;
  readonly requestIds?: readonly string[];
  readonly limit: number;
}

export async function readInvocations(client: StoreClient, query: InvocationQuery): Promise<InvocationRow[]> {
  const conditions = ['1'];
  const parameters: Record<string, QueryParameters[string]> = { limit: query.limit };
  if (query.accountId !== undefined) {
    conditions.push('account = {account:String}');
    parameters['account'] = query.accountId;
  }
  if (query.requestIds !== undefined) {
    conditions.push('request_id IN {requestIds:Array(String)}');
    parameters['requestIds'] = query.requestIds;
  }
  const sql = `SELECT ${SELECTED} FROM varve.invocations WHERE ${conditions.join(' AND ')} ORDER BY ts DESC, sequence DESC LIMIT {limit:UInt32}`;
  const rows = await client.rows<SelectedInvocation & Omit<InvocationRow, 'key' | 'raw'>>(sql, parameters);
  return rows.map(({ node, sequence, position, raw64, ...row }) => ({
    ...row,
    key: { node, sequence, index: position },
    raw: Buffer.from(raw64, 'base64'),
  }));
}
