/** InvokeModel and its stream: a family's bodies with what Bedrock adds to them. */
import type { StreamFrame } from '../types.ts';
import type { Family } from './families/family.ts';
import { chunkFrame } from './frames.ts';
import type { Generation } from './generation.ts';
import type { JsonObject } from './json.ts';

/** Token counts and latency, as response headers of an answer in one piece. */
export function countHeaders(family: Family, generation: Generation, latencyMs: number): Record<string, string> {
  const headers: Record<string, string> = { 'x-amzn-bedrock-invocation-latency': String(latencyMs) };
  const { counts = 'both' } = family;
  if (counts === 'none') return headers;
  headers['x-amzn-bedrock-input-token-count'] = String(generation.inputTokens);
  if (counts === 'both') headers['x-amzn-bedrock-output-token-count'] = String(generation.outputTokens);
  if (tellsCaching(family, generation)) {
    headers['x-amzn-bedrock-cache-read-input-token-count'] = String(generation.cacheRead ?? 0);
    headers['x-amzn-bedrock-cache-write-input-token-count'] = String(generation.cacheWrite ?? 0);
  }
  return headers;
}

/** The frames of a stream; the last chunk gets Bedrock's metrics and what a guardrail did. */
export function* invokeFrames(
  family: Family,
  chunks: Iterable<JsonObject>,
  generation: Generation,
  elapsed: { readonly startedMs: number; nowMs(): number },
  guardrailKeys: JsonObject,
): Generator<() => StreamFrame> {
  let held: JsonObject | undefined;
  let firstMs: number | undefined;
  const make = (chunk: JsonObject): StreamFrame => {
    firstMs ??= elapsed.nowMs();
    return chunkFrame(chunk, generation.ids);
  };
  for (const chunk of chunks) {
    const before = held;
    held = chunk;
    if (before) yield () => make(before);
  }
  const last = held ?? {};
  yield () => {
    const endedMs = elapsed.nowMs();
    const metrics = metricsOf(family, generation, {
      invocationLatency: Math.round(endedMs - elapsed.startedMs),
      firstByteLatency: Math.round((firstMs ?? endedMs) - elapsed.startedMs),
    });
    return make({ ...last, ...guardrailKeys, 'amazon-bedrock-invocationMetrics': metrics });
  };
}

function metricsOf(family: Family, generation: Generation, latencies: JsonObject): JsonObject {
  if (family.zeroStreamMetrics === true) return { inputTokenCount: 0, outputTokenCount: 0, ...latencies };
  return {
    inputTokenCount: generation.inputTokens,
    outputTokenCount: generation.outputTokens,
    ...latencies,
    ...(tellsCaching(family, generation)
      ? { cacheReadInputTokenCount: generation.cacheRead ?? 0, cacheWriteInputTokenCount: generation.cacheWrite ?? 0 }
      : {}),
  };
}

function tellsCaching(family: Family, { cacheRead, cacheWrite }: Generation): boolean {
  return family.alwaysCacheCounts === true || cacheRead !== undefined || cacheWrite !== undefined;
}
