/**
 * DeepSeek-R1 (captures S11, S12); later models speak OpenAI's format:
 *   request   {prompt | messages, max_tokens?, stop?}
 *   response, chunks  {choices: [{text, stop_reason}]}, with messages {choices: [{index, message, stop_reason}]}
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textOf, textsOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import { checkMessages, readMessages } from './content.ts';
import type { Family } from './family.ts';
import { STOP_LENGTH, told } from './told.ts';

const FIELDS = { max_tokens: { type: 'Integer' }, stop: { type: 'JSONArray' } } as const;

export const deepseek: Family = {
  name: 'deepseek',
  converses: true,
  matches: (modelId) => modelId.startsWith('deepseek.r1'),
  parseRequest,
  renderWhole: (generation) =>
    piece(generation, generation.text, told(generation.stop, STOP_LENGTH), generation.reasoning),
  renderChunks: function* (generation) {
    const { reasoning } = generation;
    if (reasoning !== undefined) yield piece(generation, null, null, reasoning);
    for (const word of generation.words) yield piece(generation, word, null);
    yield piece(generation, '', told(generation.stop, STOP_LENGTH));
  },
};

function parseRequest(body: JsonObject): ModelRequest {
  const limits = { maxTokens: numberOf(body['max_tokens']), stopSequences: textsOf(body['stop']) };
  if (body['messages'] !== undefined) return { ...readMessages(checkMessages(body, FIELDS)), ...limits };
  checkFields(body, { prompt: { type: 'String', required: true }, ...FIELDS });
  const prompt = textOf(body['prompt']);
  return { prompt: lastTurn(prompt), texts: [prompt], ...limits };
}

/** DeepSeek's template marks turns with `<｜User｜>` and `<｜Assistant｜>`. */
function lastTurn(prompt: string): string {
  const said = prompt.split('<｜User｜>').at(-1) ?? prompt;
  return (said.split('<｜Assistant｜>', 1)[0] ?? said).trim();
}

/** With a prompt, reasoning is text among the text, ended by its tag. */
function piece(
  { body }: Generation,
  content: string | null,
  stop_reason: string | null,
  reasoning: string | null = null,
): JsonObject {
  if (body['messages'] === undefined) {
    const thought = reasoning === null ? '' : `${reasoning}\n</think>\n\n`;
    return { choices: [{ text: `${thought}${content ?? ''}`, stop_reason }] };
  }
  return {
    choices: [{ index: 0, message: { role: 'assistant', content, reasoning_content: reasoning }, stop_reason }],
  };
}
