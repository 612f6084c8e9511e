/** Converse's answers; keys in the order of captured ones (test_converse_*, S2, S7, A3). */
import type { Generation } from '../generation.ts';
import type { JsonObject } from '../json.ts';
import { padding } from '../frames.ts';

export interface ConverseExtras {
  readonly latencyMs: number;
  readonly trace: JsonObject | undefined;
  /** What the request asked of the service and is told back: performanceConfig, serviceTier. */
  readonly echoed: JsonObject;
}

export function renderConverse(generation: Generation, { latencyMs, trace, echoed }: ConverseExtras): JsonObject {
  return {
    metrics: { latencyMs },
    output: { message: { content: contentOf(generation), role: 'assistant' } },
    ...echoed,
    stopReason: generation.stop,
    ...(trace ? { trace } : {}),
    usage: usageOf(generation),
  };
}

function contentOf(generation: Generation): JsonObject[] {
  const { text, tool, reasoning } = generation;
  const blocks: JsonObject[] = [];
  if (reasoning !== undefined) {
    blocks.push({ reasoningContent: { reasoningText: { signature: signature(generation), text: reasoning } } });
  }
  if (text !== '' || !tool) blocks.push({ text });
  if (tool) blocks.push({ toolUse: { input: tool.input, name: tool.name, toolUseId: toolUseId(generation) } });
  return blocks;
}

/** An event of ConverseStream: its type and its payload. */
export type ConverseEvent = readonly [type: string, payload: JsonObject];

/** Every event but the last, which tells what only the end knows: {@link metadataEvent}. */
export function* converseEvents(generation: Generation): Generator<ConverseEvent> {
  const { ids, tool } = generation;
  yield ['messageStart', { p: padding(ids), role: 'assistant' }];
  let contentBlockIndex = 0;
  if (generation.reasoning !== undefined) {
    for (const reasoningContent of [{ text: generation.reasoning }, { signature: signature(generation) }]) {
      yield ['contentBlockDelta', { contentBlockIndex, delta: { reasoningContent }, p: padding(ids) }];
    }
    yield ['contentBlockStop', { contentBlockIndex, p: padding(ids) }];
    contentBlockIndex++;
  }
  if (generation.text !== '' || !tool) {
    // Blocks of text have no contentBlockStart.
    for (const text of generation.words.length > 0 ? generation.words : ['']) {
      yield ['contentBlockDelta', { contentBlockIndex, delta: { text }, p: padding(ids) }];
    }
    yield ['contentBlockStop', { contentBlockIndex, p: padding(ids) }];
    contentBlockIndex++;
  }
  if (tool) {
    const start = { toolUse: { name: tool.name, toolUseId: toolUseId(generation) } };
    yield ['contentBlockStart', { contentBlockIndex, p: padding(ids), start }];
    const delta = { toolUse: { input: JSON.stringify(tool.input) } };
    yield ['contentBlockDelta', { contentBlockIndex, delta, p: padding(ids) }];
    yield ['contentBlockStop', { contentBlockIndex, p: padding(ids) }];
  }
  yield ['messageStop', { p: padding(ids), stopReason: generation.stop }];
}

export function metadataEvent(generation: Generation, { latencyMs, trace, echoed }: ConverseExtras): ConverseEvent {
  const payload = {
    metrics: { latencyMs },
    p: padding(generation.ids),
    ...echoed,
    ...(trace ? { trace } : {}),
    usage: usageOf(generation),
  };
  return ['metadata', payload];
}

/** `totalTokens` has the cached tokens too, which `inputTokens` has not. */
function usageOf({ inputTokens, outputTokens, cacheRead, cacheWrite }: Generation): JsonObject {
  return {
    ...(cacheRead === undefined && cacheWrite === undefined
      ? {}
      : { cacheReadInputTokens: cacheRead ?? 0, cacheWriteInputTokens: cacheWrite ?? 0 }),
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens + (cacheRead ?? 0) + (cacheWrite ?? 0),
  };
}

/** Reasoning is signed by models that want to know it again; here it is only a shape. */
function signature({ ids }: Generation): string {
  return Buffer.from(ids.hex(64), 'hex').toString('base64');
}

function toolUseId({ ids }: Generation): string {
  return `tooluse_${ids.base32(22)}`;
}
