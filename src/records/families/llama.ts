import { textAt } from '../json/parse.ts';
import type { Family } from './family.ts';

const USER_HEADER = '<|start_header_id|>user<|end_header_id|>';

/** Meta Llama. */
export const llama: Family = {
  idParts: ['meta.'],
  prompt: (request) => lastUserTurn(textAt(request, 'prompt')),
  completion: (response) => textAt(response, 'generation'),
  delta: (chunk) => textAt(chunk, 'generation'),
  stopReason: (body) => textAt(body, 'stop_reason'),
};

/** The last user turn of Llama 3's template; a prompt without the template is given whole. */
function lastUserTurn(prompt: string): string {
  const from = prompt.lastIndexOf(USER_HEADER);
  if (from === -1) return prompt;
  const to = prompt.indexOf('<|eot_id|>', from);
  return prompt.slice(from + USER_HEADER.length, to === -1 ? undefined : to).trim();
}
