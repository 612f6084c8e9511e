/**
 * AI21 Jurassic-2 (newrelic_*: j2-mid-v1); it does not stream:
 *   request   {prompt, maxTokens?, stopSequences?}
 *   response  {id, prompt: {text, tokens}, completions: [{data: {text, tokens}, finishReason: {reason}}]}
 */
import type { ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textOf, textsOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import { tokenRanges } from '../tokens.ts';
import type { Family } from './family.ts';
import { told } from './told.ts';

const STOPS = { end_turn: 'endoftext', max_tokens: 'length', stop_sequence: 'stop', guardrail_intervened: 'endoftext' };
/** Jurassic numbers its answers; captured ones all say this. */
const ID = 1234;

export const jurassic: Family = {
  name: 'jurassic',
  converses: true,
  matches: (modelId) => modelId.startsWith('ai21.j2'),
  parseRequest,
  renderWhole: ({ body, text, stop }) => ({
    id: ID,
    prompt: { text: textOf(body['prompt']), tokens: tokensOf(textOf(body['prompt'])) },
    completions: [{ data: { text, tokens: tokensOf(text) }, finishReason: { reason: told(stop, STOPS) } }],
  }),
};

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, {
    prompt: { type: 'String', required: true },
    maxTokens: { type: 'Integer' },
    stopSequences: { type: 'JSONArray' },
  });
  const prompt = textOf(body['prompt']);
  return {
    prompt,
    texts: [prompt],
    maxTokens: numberOf(body['maxTokens']),
    stopSequences: textsOf(body['stopSequences']),
  };
}

/** Tokens as Jurassic shows them: blanks as ▁; what they weigh is not known here. */
function tokensOf(text: string): JsonObject[] {
  return tokenRanges(text).map(({ start, end }) => ({
    generatedToken: { token: text.slice(start, end).replaceAll(' ', '▁'), logprob: 0, raw_logprob: 0 },
    topTokens: null,
    textRange: { start, end },
  }));
}
