/**
 * Amazon Nova's text models (captures test_invoke_model_*_amazon.nova, S4–S6):
 *   request   {schemaVersion?, messages, system?, inferenceConfig: {max_new_tokens | maxTokens, stopSequences, …}?, toolConfig?}
 *   response  {output: {message: {content, role}}, stopReason, usage}
 *   chunks    messageStart, then a block for each word: contentBlockDelta, contentBlockStop; messageStop, metadata
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { isObject, type JsonObject, numberOf, objectOf, objectsOf, textOf, textsOf } from '../json.ts';
import { checkMessages, readMessages } from './content.ts';
import type { Family } from './family.ts';

const FIELDS = {
  schemaVersion: { type: 'String' },
  system: { type: 'JSONArray' },
  inferenceConfig: { type: 'JSONObject' },
  toolConfig: { type: 'JSONObject' },
} as const;

export const nova: Family = {
  name: 'nova',
  converses: true,
  alwaysCacheCounts: true,
  zeroStreamMetrics: true,
  matches: (modelId) => /^amazon\.nova(?!-(?:canvas|reel|sonic))/.test(modelId) && !modelId.includes('embeddings'),
  parseRequest,
  renderWhole: (generation) => ({
    output: { message: { content: contentOf(generation), role: 'assistant' } },
    stopReason: generation.stop,
    usage: {
      inputTokens: generation.inputTokens,
      outputTokens: generation.outputTokens,
      totalTokens: generation.inputTokens + generation.outputTokens,
      ...cacheCounts(generation),
    },
  }),
  renderChunks,
};

function parseRequest(body: JsonObject): ModelRequest {
  const read = readMessages(checkMessages(body, FIELDS), body['system']);
  const inference = objectOf(body['inferenceConfig']);
  return {
    ...read,
    texts: body['toolConfig'] === undefined ? read.texts : [...read.texts, JSON.stringify(body['toolConfig'])],
    maxTokens: numberOf(inference['max_new_tokens']) ?? numberOf(inference['maxTokens']),
    stopSequences: textsOf(inference['stopSequences']),
    tool: forcedTool(objectOf(body['toolConfig'])),
  };
}

function forcedTool(toolConfig: JsonObject): ModelRequest['tool'] {
  const choice = objectOf(toolConfig['toolChoice']);
  const specs = objectsOf(toolConfig['tools']).map((tool) => objectOf(tool['toolSpec']));
  const named = isObject(choice['tool']) ? textOf(choice['tool']['name']) : undefined;
  if (named === undefined && choice['any'] === undefined) return undefined;
  const spec = named === undefined ? specs[0] : specs.find(({ name }) => name === named);
  return spec && { name: textOf(spec['name']), schema: objectOf(objectOf(spec['inputSchema'])['json']) };
}

function* renderChunks(generation: Generation): Generator<JsonObject> {
  yield { messageStart: { role: 'assistant' } };
  let contentBlockIndex = 0;
  for (const text of generation.words) {
    yield { contentBlockDelta: { delta: { text }, contentBlockIndex } };
    yield { contentBlockStop: { contentBlockIndex } };
    contentBlockIndex++;
  }
  if (generation.tool) {
    const { name, input } = generation.tool;
    yield { contentBlockStart: { start: { toolUse: { toolUseId: generation.ids.uuid(), name } }, contentBlockIndex } };
    yield { contentBlockDelta: { delta: { toolUse: { input: JSON.stringify(input) } }, contentBlockIndex } };
    yield { contentBlockStop: { contentBlockIndex } };
  }
  yield { messageStop: { stopReason: generation.stop } };
  const { inputTokens, outputTokens } = generation;
  yield { metadata: { usage: { inputTokens, outputTokens, ...cacheCounts(generation) }, metrics: {}, trace: {} } };
}

function contentOf({ text, tool, ids }: Generation): JsonObject[] {
  const blocks: JsonObject[] = text === '' && tool ? [] : [{ text }];
  if (tool) blocks.push({ toolUse: { name: tool.name, toolUseId: ids.uuid(), input: tool.input } });
  return blocks;
}

function cacheCounts({ cacheRead = 0, cacheWrite = 0 }: Generation): JsonObject {
  return { cacheReadInputTokenCount: cacheRead, cacheWriteInputTokenCount: cacheWrite };
}
