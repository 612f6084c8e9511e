/**
 * Meta Llama (captures test_invoke_model_*_meta.llama, S9):
 *   request   {prompt, max_gen_len?, …}
 *   response  {generation, prompt_token_count, generation_token_count, stop_reason}
 *   chunks    the same; prompt_token_count in the first alone, generation_token_count grows
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import { countTokens } from '../tokens.ts';
import type { Family } from './family.ts';
import { STOP_LENGTH, told } from './told.ts';

export const llama: Family = {
  name: 'llama',
  converses: true,
  matches: (modelId) => modelId.startsWith('meta.llama'),
  parseRequest,
  renderWhole: ({ text, stop, inputTokens, outputTokens }) => ({
    generation: text,
    prompt_token_count: inputTokens,
    generation_token_count: outputTokens,
    stop_reason: told(stop, STOP_LENGTH),
  }),
  renderChunks,
};

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, { prompt: { type: 'String', required: true }, max_gen_len: { type: 'Integer' } });
  const prompt = textOf(body['prompt']);
  return { prompt: lastTurn(prompt), texts: [prompt], maxTokens: numberOf(body['max_gen_len']) };
}

/** What the user said last, out of the templates of Llama 2 and 3. */
function lastTurn(prompt: string): string {
  const third =
    prompt.split(/<\|(?:start_header_id|header_start)\|>user<\|(?:end_header_id|header_end)\|>/).at(-1) ?? prompt;
  const said = third.split(/<\|(?:eot_id|eot)\|>/, 1)[0] ?? third;
  return (said.split('[INST]').at(-1) ?? said).replace(/\[\/INST\][^]*$/, '').trim();
}

function* renderChunks({ words, stop, inputTokens, outputTokens }: Generation): Generator<JsonObject> {
  let count = 0;
  let promptCount: number | null = inputTokens;
  for (const generation of words) {
    count += countTokens(generation);
    yield { generation, prompt_token_count: promptCount, generation_token_count: count, stop_reason: null };
    promptCount = null;
  }
  const stop_reason = told(stop, STOP_LENGTH);
  yield { generation: '', prompt_token_count: promptCount, generation_token_count: outputTokens, stop_reason };
}
