/**
 * Anthropic's text completion (newrelic_*: claude-instant-v1):
 *   request   {prompt, max_tokens_to_sample, stop_sequences?}
 *   response, chunks  {completion, stop_reason, stop}
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textOf, textsOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import type { Family } from './family.ts';
import { told } from './told.ts';

/** A turn that ends of itself ends where the human would speak. */
const HUMAN = '\n\nHuman:';
const STOPS = { end_turn: 'stop_sequence', guardrail_intervened: 'stop_sequence' };

export const anthropicLegacy: Family = {
  name: 'anthropic-legacy',
  converses: false,
  matches: () => false,
  parseRequest,
  renderWhole: (generation) => ({ completion: generation.text, ...stopOf(generation) }),
  renderChunks: function* (generation) {
    for (const completion of generation.words) yield { completion, stop_reason: null, stop: null };
    yield { completion: '', ...stopOf(generation) };
  },
};

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, {
    prompt: { type: 'String', required: true },
    max_tokens_to_sample: { type: 'Integer', required: true },
    stop_sequences: { type: 'JSONArray' },
  });
  const prompt = textOf(body['prompt']);
  const said = prompt.split(/(?:^|\n\n)Human:/).at(-1) ?? prompt;
  return {
    prompt: said.replace(/\n\nAssistant:[^]*$/, '').trim(),
    texts: [prompt],
    maxTokens: numberOf(body['max_tokens_to_sample']),
    stopSequences: textsOf(body['stop_sequences']),
  };
}

function stopOf({ stop, stopSequence }: Generation): JsonObject {
  const stop_reason = told(stop, STOPS);
  return { stop_reason, stop: stop_reason === 'stop_sequence' ? (stopSequence ?? HUMAN) : null };
}
