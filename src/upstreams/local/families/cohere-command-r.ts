/**
 * Cohere Command R (captures test_invoke_model_*_cohere.command-r; the stream is from the User Guide):
 *   request   {message, chat_history?, preamble?, max_tokens?, stop_sequences?}
 *   response  {response_id, text, generation_id, chat_history, finish_reason}
 *   chunks    {event_type: text-generation, text, is_finished}, at last {event_type: stream-end, response, finish_reason}
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, listOf, numberOf, objectsOf, textOf, textsOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import { COHERE_STOPS } from './cohere-command.ts';
import type { Family } from './family.ts';
import { told, toolTexts } from './told.ts';

export const cohereCommandR: Family = {
  name: 'cohere-command-r',
  converses: true,
  matches: (modelId) => modelId.startsWith('cohere.command-r'),
  parseRequest,
  renderWhole,
  renderChunks: function* (generation) {
    for (const text of generation.words) yield { text, is_finished: false, event_type: 'text-generation' };
    const response = renderWhole(generation);
    yield { is_finished: true, event_type: 'stream-end', response, finish_reason: response['finish_reason'] };
  },
};

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, {
    message: { type: 'String', required: true },
    chat_history: { type: 'JSONArray' },
    preamble: { type: 'String' },
    max_tokens: { type: 'Integer' },
    stop_sequences: { type: 'JSONArray' },
  });
  const prompt = textOf(body['message']);
  const history = objectsOf(body['chat_history']).map(({ message }) => textOf(message));
  return {
    prompt,
    texts: [textOf(body['preamble']), ...history, prompt, ...toolTexts(body)],
    maxTokens: numberOf(body['max_tokens']),
    stopSequences: textsOf(body['stop_sequences']),
  };
}

function renderWhole({ text, stop, body, request, ids }: Generation): JsonObject {
  return {
    response_id: `${ids.hex(8)}/${ids.uuid()}`,
    text,
    generation_id: ids.uuid(),
    chat_history: [
      ...listOf(body['chat_history']),
      { role: 'USER', message: request.prompt },
      { role: 'CHATBOT', message: text },
    ],
    finish_reason: told(stop, COHERE_STOPS),
  };
}
