import { at, textAt } from '../json/parse.ts';
import { contentText, lastUserTextOf } from './blocks.ts';
import type { Family } from './family.ts';

/** Claude: the messages format, and the older `prompt`/`completion`. */
export const anthropic: Family = {
  idParts: ['anthropic.'],
  prompt: (request) => lastUserTextOf(request) || lastHumanTurn(textAt(request, 'prompt')),
  completion: (response) => contentText(at(response, 'content')) || textAt(response, 'completion'),
  delta: (chunk) => textAt(chunk, 'delta', 'text') || textAt(chunk, 'completion'),
  stopReason: (body) => textAt(body, 'stop_reason') || textAt(body, 'delta', 'stop_reason'),
};

/** `\n\nHuman: … \n\nAssistant:`, the turns of the older format. */
function lastHumanTurn(prompt: string): string {
  const from = prompt.lastIndexOf('Human:');
  if (from === -1) return prompt;
  const to = prompt.indexOf('\n\nAssistant:', from);
  return prompt.slice(from + 'Human:'.length, to === -1 ? undefined : to).trim();
}
