/**
 * Cohere Command (captures test_invoke_model_*_cohere.command, newrelic_*):
 *   request   {prompt, max_tokens?, stop_sequences?, num_generations?, stream?}
 *   response  {id, generations: [{id, text, finish_reason}], prompt}
 *   chunks    one like the response; with `stream: true` {text, is_finished} and a last {is_finished, finish_reason}
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textOf, textsOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import type { Family } from './family.ts';
import { told } from './told.ts';

export const COHERE_STOPS = {
  end_turn: 'COMPLETE',
  stop_sequence: 'COMPLETE',
  max_tokens: 'MAX_TOKENS',
  content_filtered: 'ERROR_TOXIC',
  guardrail_intervened: 'COMPLETE',
};

export const cohereCommand: Family = {
  name: 'cohere-command',
  converses: true,
  matches: (modelId) => /^cohere\.command-(?:text|light)/.test(modelId),
  parseRequest,
  renderWhole,
  renderChunks: function* (generation) {
    if (generation.body['stream'] !== true) return yield renderWhole(generation);
    for (const text of generation.words) yield { text, is_finished: false };
    yield { is_finished: true, finish_reason: told(generation.stop, COHERE_STOPS) };
  },
};

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, {
    prompt: { type: 'String', required: true },
    max_tokens: { type: 'Integer' },
    stop_sequences: { type: 'JSONArray' },
  });
  const prompt = textOf(body['prompt']);
  return {
    prompt,
    texts: [prompt],
    maxTokens: numberOf(body['max_tokens']),
    stopSequences: textsOf(body['stop_sequences']),
  };
}

function renderWhole({ text, stop, body, ids }: Generation): JsonObject {
  return {
    id: ids.uuid(),
    generations: [{ id: ids.uuid(), text, finish_reason: told(stop, COHERE_STOPS) }],
    prompt: textOf(body['prompt']),
  };
}
