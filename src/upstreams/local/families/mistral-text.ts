/**
 * Mistral text generation (captures test_invoke_model_*_mistral.mistral, newrelic_*):
 *   request   {prompt, max_tokens?, stop?, …}
 *   response, chunks  {outputs: [{text, stop_reason}]}
 */
import type { ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textOf, textsOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import type { Family } from './family.ts';
import { STOP_LENGTH, told } from './told.ts';

export const mistralText: Family = {
  name: 'mistral-text',
  converses: true,
  matches: () => false,
  parseRequest,
  renderWhole: ({ text, stop }) => outputs(text, told(stop, STOP_LENGTH)),
  renderChunks: function* ({ words, stop }) {
    for (const word of words.slice(0, -1)) yield outputs(word, null);
    yield outputs(words.at(-1) ?? '', told(stop, STOP_LENGTH));
  },
};

function outputs(text: string, stop_reason: string | null): JsonObject {
  return { outputs: [{ text, stop_reason }] };
}

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, {
    prompt: { type: 'String', required: true },
    max_tokens: { type: 'Integer' },
    stop: { type: 'JSONArray' },
  });
  const prompt = textOf(body['prompt']);
  return {
    prompt: (prompt.split('[INST]').at(-1) ?? prompt)
      .replace(/\[\/INST\][^]*$/, '')
      .replace(/^<s>/, '')
      .trim(),
    texts: [prompt],
    maxTokens: numberOf(body['max_tokens']),
    stopSequences: textsOf(body['stop']),
  };
}
