import { type ConverseEvent, type ResponseContent } from './content.ts';
import { at, jsonOf, jsonOfAll, numberAt } from './json/parse.ts';
import type { TokenCounts } from './types.ts';

/**
 * Token counts of an answer, from where AWS takes them for each route (bedrock-invocation-log.md §1.4):
 * InvokeModel from the response headers, its stream from `amazon-bedrock-invocationMetrics` (Nova: from
 * `metadata.usage`, its metrics are 0), Converse and its stream from `usage`. What was not reported is absent.
 * @param bedrockHeaders the answer's `x-amzn-bedrock-…` headers, lower case
 */
export function tokenCountsOf(
  operation: string,
  response: ResponseContent,
  bedrockHeaders: Readonly<Record<string, string>> = {},
): TokenCounts {
  switch (response.kind) {
    case 'none':
      return {};
    case 'invoke-stream':
      return invokeStreamCounts(jsonOfAll(response.chunks));
    case 'converse-stream':
      return converseCounts(lastMetadata(response.events));
    case 'whole':
      if (operation === 'InvokeModel') return headerCounts(bedrockHeaders);
      return 'bytes' in response ? converseCounts(jsonOf(response.bytes)) : {};
  }
}

function headerCounts(headers: Readonly<Record<string, string>>): TokenCounts {
  const read = (name: string): number | undefined => {
    const text = headers[`x-amzn-bedrock-${name}-token-count`];
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  return counts(read('input'), read('output'), read('cache-read-input'), read('cache-write-input'));
}

function lastMetadata(events: readonly ConverseEvent[]): unknown {
  const metadata = events.findLast(({ type }) => type === 'metadata');
  return metadata && jsonOf(metadata.payload);
}

/** `usage` of a ConverseResponse or of the stream's metadata event. */
function converseCounts(body: unknown): TokenCounts {
  const usage = at(body, 'usage');
  const read = (name: string): number | undefined => numberAt(usage, name);
  return counts(
    read('inputTokens'),
    read('outputTokens'),
    read('cacheReadInputTokens') ?? read('cacheReadInputTokenCount'),
    read('cacheWriteInputTokens') ?? read('cacheWriteInputTokenCount'),
  );
}

function invokeStreamCounts(chunks: readonly unknown[]): TokenCounts {
  const last = chunks.findLast((chunk) => at(chunk, 'amazon-bedrock-invocationMetrics') !== undefined);
  const nova = converseCounts(
    at(
      chunks.findLast((chunk) => at(chunk, 'metadata', 'usage') !== undefined),
      'metadata',
    ),
  );
  if (last === undefined) return nova.input === undefined ? unfinishedCounts(chunks) : nova;
  const metrics = at(last, 'amazon-bedrock-invocationMetrics');
  const input = numberAt(metrics, 'inputTokenCount');
  const output = numberAt(metrics, 'outputTokenCount');
  const useNova = nova.input !== undefined && !input && !output;
  return counts(
    useNova ? nova.input : input,
    useNova ? nova.output : output,
    numberAt(metrics, 'cacheReadInputTokenCount') ?? nova.cacheRead,
    numberAt(metrics, 'cacheWriteInputTokenCount') ?? nova.cacheWrite,
  );
}

/**
 * A stream that broke off has no metrics; Anthropic's first chunk still tells the input. Its output count there is
 * provisional (1) and is not used; `message_delta` has the true one when it came.
 */
function unfinishedCounts(chunks: readonly unknown[]): TokenCounts {
  const usage = at(
    chunks.find((chunk) => at(chunk, 'type') === 'message_start'),
    'message',
    'usage',
  );
  const delta = chunks.findLast((chunk) => at(chunk, 'type') === 'message_delta');
  return counts(
    numberAt(usage, 'input_tokens'),
    numberAt(delta, 'usage', 'output_tokens'),
    numberAt(usage, 'cache_read_input_tokens'),
    numberAt(usage, 'cache_creation_input_tokens'),
  );
}

function counts(input?: number, output?: number, cacheRead?: number, cacheWrite?: number): TokenCounts {
  return {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
  };
}
