/**
 * Amazon Titan text (captures test_invoke_model_*_amazon.titan):
 *   request   {inputText, textGenerationConfig: {maxTokenCount, stopSequences, …}?}
 *   response  {inputTextTokenCount, results: [{tokenCount, outputText, completionReason}]}
 *   chunks    one: {outputText, index, totalOutputTextTokenCount, completionReason, inputTextTokenCount}
 */
import type { ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, objectOf, textOf, textsOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import type { Family } from './family.ts';
import { told } from './told.ts';

const STOPS = {
  end_turn: 'FINISH',
  max_tokens: 'LENGTH',
  stop_sequence: 'STOP_CRITERIA_MET',
  content_filtered: 'CONTENT_FILTERED',
  guardrail_intervened: 'CONTENT_FILTERED',
};

export const titanText: Family = {
  name: 'titan-text',
  converses: true,
  matches: (modelId) => /^amazon\.titan-(?:text|tg1)/.test(modelId),
  parseRequest,
  renderWhole: ({ text, stop, inputTokens, outputTokens }) => ({
    inputTextTokenCount: inputTokens,
    results: [{ tokenCount: outputTokens, outputText: text, completionReason: told(stop, STOPS) }],
  }),
  renderChunks: ({ text, stop, inputTokens, outputTokens }) => [
    {
      outputText: text,
      index: 0,
      totalOutputTextTokenCount: outputTokens,
      completionReason: told(stop, STOPS),
      inputTextTokenCount: inputTokens,
    },
  ],
};

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, { inputText: { type: 'String', required: true }, textGenerationConfig: { type: 'JSONObject' } });
  const config = objectOf(body['textGenerationConfig']);
  const inputText = textOf(body['inputText']);
  return {
    prompt: (inputText.split(/(?:^|\n)User:/).at(-1) ?? inputText).replace(/\nBot:[^]*$/, '').trim(),
    texts: [inputText],
    maxTokens: numberOf(config['maxTokenCount']),
    stopSequences: textsOf(config['stopSequences']),
  };
}
