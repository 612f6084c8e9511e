/**
 * OpenAI's chat completions, as gpt-oss, Qwen, Writer, MiniMax, Moonshot, GLM, NVIDIA, Gemma and others speak them on
 * Bedrock (capture S13):
 *   request   {messages, max_tokens? | max_completion_tokens?, stop?, tools?, tool_choice?}
 *   response  {id, object, created, model, choices: [{index, message, finish_reason}], usage, service_tier}
 *   chunks    {…, choices: [{index, delta, finish_reason, obfuscation}]}, at last {…, choices: [], usage}
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textsOf } from '../json.ts';
import { padding } from '../frames.ts';
import { checkMessages, readMessages } from './content.ts';
import type { Family } from './family.ts';
import { createdSeconds, forcedFunction, STOP_LENGTH, told, toolTexts } from './told.ts';

const PROVIDERS = /^(?:openai|qwen|writer|minimax|moonshot|moonshotai|zai|nvidia|google|mistral|deepseek)\./;
const FIELDS = {
  max_tokens: { type: 'Integer' },
  max_completion_tokens: { type: 'Integer' },
  stop: { type: ['JSONArray', 'String'] },
  tools: { type: 'JSONArray' },
} as const;

export const openaiChat: Family = {
  name: 'openai-chat',
  converses: true,
  // After Mistral's and DeepSeek's own formats.
  matches: (modelId) => PROVIDERS.test(modelId),
  parseRequest,
  renderWhole: (generation) => ({
    ...head(generation, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: messageOf(generation),
        finish_reason: told(generation.stop, STOP_LENGTH),
      },
    ],
    usage: usageOf(generation),
    service_tier: 'default',
  }),
  renderChunks,
};

function parseRequest(body: JsonObject): ModelRequest {
  const read = readMessages(checkMessages(body, FIELDS));
  const { stop } = body;
  return {
    ...read,
    texts: [...read.texts, ...toolTexts(body)],
    maxTokens: numberOf(body['max_completion_tokens']) ?? numberOf(body['max_tokens']),
    stopSequences: typeof stop === 'string' ? [stop] : textsOf(stop),
    tool: forcedFunction(body),
  };
}

function* renderChunks(generation: Generation): Generator<JsonObject> {
  const shared = head(generation, 'chat.completion.chunk');
  const chunk = (delta: JsonObject, finish_reason: string | null = null): JsonObject => ({
    ...shared,
    choices: [{ index: 0, delta, finish_reason, obfuscation: padding(generation.ids) }],
    service_tier: 'default',
    obfuscation: padding(generation.ids),
  });
  const [first = '', ...rest] = [thought(generation), ...generation.words].filter((word) => word !== '');
  yield chunk({ role: 'assistant', content: first });
  for (const content of rest) yield chunk({ content });
  if (generation.tool) {
    const { name, input } = generation.tool;
    yield chunk({
      tool_calls: [{ index: 0, id: callId(generation), type: 'function', function: { name, arguments: '' } }],
    });
    yield chunk({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(input) } }] });
  }
  yield chunk({}, told(generation.stop, STOP_LENGTH));
  yield { ...shared, choices: [], usage: usageOf(generation), service_tier: 'default' };
}

function head(generation: Generation, object: string): JsonObject {
  const { ids, modelId } = generation;
  return { id: `chatcmpl-${ids.uuid()}`, object, created: createdSeconds(generation), model: modelId };
}

function messageOf(generation: Generation): JsonObject {
  const { tool } = generation;
  const text = thought(generation) + generation.text;
  if (!tool) return { role: 'assistant', content: text };
  const call = { name: tool.name, arguments: JSON.stringify(tool.input) };
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    tool_calls: [{ id: callId(generation), type: 'function', function: call }],
  };
}

/** Reasoning stands before the text, in tags of its own. */
function thought({ reasoning }: Generation): string {
  return reasoning === undefined ? '' : `<reasoning>${reasoning}</reasoning>`;
}

function callId({ ids }: Generation): string {
  return `chatcmpl-tool-${ids.hex(32)}`;
}

/** Here the prompt's tokens have the cached ones among them (capture S14). */
function usageOf({ inputTokens, outputTokens, cacheRead, cacheWrite }: Generation): JsonObject {
  const promptTokens = inputTokens + (cacheRead ?? 0) + (cacheWrite ?? 0);
  return {
    completion_tokens: outputTokens,
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + outputTokens,
    ...(cacheRead === undefined ? {} : { prompt_tokens_details: { cached_tokens: cacheRead } }),
  };
}
