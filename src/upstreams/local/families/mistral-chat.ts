/**
 * Mistral chat and Pixtral (capture S10; the answer in one piece is inferred from its chunks and the User Guide):
 *   request   {messages, max_tokens?, tools?, tool_choice?}
 *   response  {id, object, created, model, choices: [{index, message, stop_reason}], usage}
 *   chunks    the same with `message` for what is new
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf } from '../json.ts';
import { checkMessages, readMessages } from './content.ts';
import type { Family } from './family.ts';
import { createdSeconds, forcedFunction, shortName, STOP_LENGTH, told, toolTexts } from './told.ts';

const FIELDS = { max_tokens: { type: 'Integer' }, tools: { type: 'JSONArray' } } as const;

export const mistralChat: Family = {
  name: 'mistral-chat',
  converses: true,
  matches: () => false,
  parseRequest,
  renderWhole: (generation) => ({
    ...head(generation, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: generation.text, ...toolCalls(generation) },
        stop_reason: told(generation.stop, STOP_LENGTH),
      },
    ],
    usage: usageOf(generation),
  }),
  renderChunks,
};

function parseRequest(body: JsonObject): ModelRequest {
  const read = readMessages(checkMessages(body, FIELDS));
  return {
    ...read,
    texts: [...read.texts, ...toolTexts(body)],
    maxTokens: numberOf(body['max_tokens']),
    tool: forcedFunction(body),
  };
}

function* renderChunks(generation: Generation): Generator<JsonObject> {
  const shared = head(generation, 'chat.completion.chunk');
  for (const content of generation.words) yield { ...shared, choices: [choice(content, null)], usage: null, p: null };
  const last = choice('', told(generation.stop, STOP_LENGTH), toolCalls(generation));
  yield { ...shared, choices: [last], usage: { ...usageOf(generation), request_count: null }, p: null };
}

function choice(content: string, stop_reason: string | null, more: JsonObject = {}): JsonObject {
  const empty = { role: null, tool_calls: null, index: null, tool_call_id: null };
  const message = { ...empty, content, audio: null, metadata: null, ...more };
  return { index: 0, logprobs: null, context_logits: null, generation_logits: null, message, stop_reason };
}

function head(generation: Generation, object: string): JsonObject {
  const { ids, modelId } = generation;
  return { id: `cmpl-${ids.uuid()}`, object, created: createdSeconds(generation), model: shortName(modelId) };
}

function toolCalls({ tool, ids }: Generation): JsonObject {
  if (!tool) return {};
  const call = { id: ids.base32(9), function: { name: tool.name, arguments: JSON.stringify(tool.input) } };
  return { tool_calls: [call] };
}

function usageOf({ inputTokens, outputTokens }: Generation): JsonObject {
  return { prompt_tokens: inputTokens, total_tokens: inputTokens + outputTokens, completion_tokens: outputTokens };
}
