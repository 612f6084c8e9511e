/**
 * Varve's own model, `varve.echo-v1`:
 *   request   {prompt | messages: [{role, content}], max_tokens?, stop_sequences?, varve?}
 *   response  {completion, stop_reason, stop_sequence, usage: {input_tokens, output_tokens}}
 *   chunks    {completion, stop_reason, stop_sequence}
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textOf, textsOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import { checkMessages, readMessages } from './content.ts';
import type { Family } from './family.ts';

const FIELDS = { max_tokens: { type: 'Integer' }, stop_sequences: { type: 'JSONArray' } } as const;

export const echo: Family = {
  name: 'varve-echo',
  converses: true,
  matches: (modelId) => modelId === 'varve.echo-v1',
  parseRequest,
  renderWhole: (generation) => ({
    completion: generation.text,
    stop_reason: generation.stop,
    stop_sequence: generation.stopSequence ?? null,
    usage: { input_tokens: generation.inputTokens, output_tokens: generation.outputTokens },
  }),
  renderChunks: function* (generation: Generation) {
    for (const word of generation.words) yield { completion: word, stop_reason: null, stop_sequence: null };
    yield { completion: '', stop_reason: generation.stop, stop_sequence: generation.stopSequence ?? null };
  },
};

function parseRequest(body: JsonObject): ModelRequest {
  const limits = { maxTokens: numberOf(body['max_tokens']), stopSequences: textsOf(body['stop_sequences']) };
  if (body['messages'] !== undefined) return { ...readMessages(checkMessages(body, FIELDS)), ...limits };
  checkFields(body, { prompt: { type: 'String', required: true }, ...FIELDS });
  const prompt = textOf(body['prompt']);
  return { prompt, texts: [prompt], ...limits };
}
