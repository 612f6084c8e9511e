/**
 * Anthropic's Messages on Bedrock (captures test_invoke_model_*_anthropic.claude; newrelic_*):
 *   request   {anthropic_version, max_tokens, messages, system?, stop_sequences?, tools?, tool_choice?}
 *   response  {id, type, role, model, content, stop_reason, stop_sequence, usage}
 *   chunks    message_start, content_block_start, content_block_delta …, content_block_stop, message_delta, message_stop
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, objectOf, objectsOf, textOf, textsOf } from '../json.ts';
import { checkMessages, readMessages } from './content.ts';
import type { Family } from './family.ts';
import { told, toolTexts } from './told.ts';

const FIELDS = {
  anthropic_version: { type: 'String', required: true },
  max_tokens: { type: 'Integer', required: true },
  system: { type: ['String', 'JSONArray'] },
  stop_sequences: { type: 'JSONArray' },
  tools: { type: 'JSONArray' },
  temperature: { type: 'Number' },
  top_p: { type: 'Number' },
  top_k: { type: 'Integer' },
} as const;

const STOPS = { content_filtered: 'refusal', guardrail_intervened: 'end_turn' };
/** What the stream's beginning claims to have written already: provisional. */
const FIRST_OUTPUT_TOKENS = 1;

export const anthropicMessages: Family = {
  name: 'anthropic-messages',
  converses: true,
  matches: () => false,
  parseRequest,
  renderWhole: (generation) => ({
    ...messageHead(generation),
    content: contentOf(generation),
    ...stopOf(generation),
    usage: usageOf(generation, generation.outputTokens),
  }),
  renderChunks,
};

function parseRequest(body: JsonObject): ModelRequest {
  const read = readMessages(checkMessages(body, FIELDS), body['system']);
  return {
    ...read,
    texts: [...read.texts, ...toolTexts(body)],
    maxTokens: numberOf(body['max_tokens']),
    stopSequences: textsOf(body['stop_sequences']),
    tool: forcedTool(body),
  };
}

function forcedTool(body: JsonObject): ModelRequest['tool'] {
  const choice = objectOf(body['tool_choice']);
  const tools = objectsOf(body['tools']);
  if (choice['type'] !== 'tool' && choice['type'] !== 'any') return undefined;
  const spec = choice['type'] === 'any' ? tools[0] : tools.find(({ name }) => name === choice['name']);
  return spec && { name: textOf(spec['name']), schema: objectOf(spec['input_schema']) };
}

function* renderChunks(generation: Generation): Generator<JsonObject> {
  const start = {
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usageOf(generation, FIRST_OUTPUT_TOKENS),
  };
  yield { type: 'message_start', message: { ...messageHead(generation), ...start } };
  let index = 0;
  if (generation.reasoning !== undefined) {
    yield { type: 'content_block_start', index, content_block: { type: 'thinking', thinking: '', signature: '' } };
    yield { type: 'content_block_delta', index, delta: { type: 'thinking_delta', thinking: generation.reasoning } };
    yield { type: 'content_block_delta', index, delta: { type: 'signature_delta', signature: signature(generation) } };
    yield { type: 'content_block_stop', index };
    index++;
  }
  if (generation.text !== '' || !generation.tool) {
    yield { type: 'content_block_start', index, content_block: { type: 'text', text: '' } };
    for (const text of generation.words)
      yield { type: 'content_block_delta', index, delta: { type: 'text_delta', text } };
    yield { type: 'content_block_stop', index };
    index++;
  }
  if (generation.tool) {
    yield { type: 'content_block_start', index, content_block: toolBlock(generation, generation.tool.name, {}) };
    const partial_json = JSON.stringify(generation.tool.input);
    yield { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } };
    yield { type: 'content_block_stop', index };
  }
  yield { type: 'message_delta', delta: stopOf(generation), usage: { output_tokens: generation.outputTokens } };
  yield { type: 'message_stop' };
}

function messageHead({ modelId, ids }: Generation): JsonObject {
  return { id: `msg_bdrk_01${ids.base32(22)}`, type: 'message', role: 'assistant', model: modelName(modelId) };
}

function contentOf(generation: Generation): JsonObject[] {
  const { text, tool, reasoning } = generation;
  const blocks: JsonObject[] = [];
  if (reasoning !== undefined) blocks.push({ type: 'thinking', thinking: reasoning, signature: signature(generation) });
  if (text !== '' || !tool) blocks.push({ type: 'text', text });
  if (tool) blocks.push(toolBlock(generation, tool.name, tool.input));
  return blocks;
}

function signature({ ids }: Generation): string {
  return Buffer.from(ids.hex(64), 'hex').toString('base64');
}

function toolBlock({ ids }: Generation, name: string, input: JsonObject): JsonObject {
  return { type: 'tool_use', id: `toolu_bdrk_01${ids.base32(22)}`, name, input };
}

function stopOf({ stop, stopSequence }: Generation): JsonObject {
  return { stop_reason: told(stop, STOPS), stop_sequence: stopSequence ?? null };
}

function usageOf({ inputTokens, cacheRead, cacheWrite }: Generation, outputTokens: number): JsonObject {
  return {
    input_tokens: inputTokens,
    cache_creation_input_tokens: cacheWrite ?? 0,
    cache_read_input_tokens: cacheRead ?? 0,
    ...(cacheWrite === undefined
      ? {}
      : { cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: 0 } }),
    output_tokens: outputTokens,
  };
}

/** `anthropic.claude-3-5-sonnet-20240620-v1:0` calls itself `claude-3-5-sonnet-20240620`, `claude-v2:1` `claude-2.1`. */
export function modelName(modelId: string): string {
  const name = modelId.replace(/^anthropic\./, '');
  const old = /^claude(-instant)?-v(\d)(?::(\d))?/.exec(name);
  if (old) return `claude${old[1] ?? ''}-${old[2]}.${old[3] ?? (old[1] === undefined ? '0' : '2')}`;
  return name.replace(/-v\d+(?::.+)?$/, '');
}
