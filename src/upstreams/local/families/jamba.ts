/**
 * AI21 Jamba (User Guide; no capture):
 *   request   {messages, max_tokens?, stop?, …}
 *   response  {id, choices: [{index, message, finish_reason}], usage}
 *   chunks    {id, choices: [{index, delta, finish_reason}]}, usage in the last
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textsOf } from '../json.ts';
import { checkMessages, readMessages } from './content.ts';
import type { Family } from './family.ts';
import { STOP_LENGTH, told } from './told.ts';

const FIELDS = { max_tokens: { type: 'Integer' }, stop: { type: ['JSONArray', 'String'] } } as const;

export const jamba: Family = {
  name: 'jamba',
  converses: true,
  matches: (modelId) => modelId.startsWith('ai21.jamba'),
  parseRequest,
  renderWhole: (generation) => ({
    id: idOf(generation),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: generation.text },
        finish_reason: told(generation.stop, STOP_LENGTH),
      },
    ],
    usage: usageOf(generation),
  }),
  renderChunks,
};

function parseRequest(body: JsonObject): ModelRequest {
  const { stop } = body;
  return {
    ...readMessages(checkMessages(body, FIELDS)),
    maxTokens: numberOf(body['max_tokens']),
    stopSequences: typeof stop === 'string' ? [stop] : textsOf(stop),
  };
}

function* renderChunks(generation: Generation): Generator<JsonObject> {
  const id = idOf(generation);
  const choice = (delta: JsonObject, finish_reason: string | null): JsonObject => ({ index: 0, delta, finish_reason });
  yield { id, choices: [choice({ role: 'assistant' }, null)] };
  for (const content of generation.words) yield { id, choices: [choice({ content }, null)] };
  yield { id, choices: [choice({ content: '' }, told(generation.stop, STOP_LENGTH))], usage: usageOf(generation) };
}

function idOf({ ids }: Generation): string {
  return `chatcmpl-${ids.hex(32)}`;
}

function usageOf({ inputTokens, outputTokens }: Generation): JsonObject {
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}
