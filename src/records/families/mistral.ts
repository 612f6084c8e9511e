import { textAt } from '../json/parse.ts';
import { lastUserTextOf } from './blocks.ts';
import { chat } from './chat.ts';
import type { Family } from './family.ts';

/** Mistral: `<s>[INST] … [/INST]` prompts with `outputs`, and the newer chat format. */
export const mistral: Family = {
  idParts: ['mistral.'],
  prompt: (request) => lastUserTextOf(request) || lastInstruction(textAt(request, 'prompt')),
  completion: (response) => textAt(response, 'outputs', 0, 'text') || chat.completion(response),
  delta: (chunk) => textAt(chunk, 'outputs', 0, 'text') || chat.delta(chunk),
  stopReason: (body) => textAt(body, 'outputs', 0, 'stop_reason') || chat.stopReason(body),
};

function lastInstruction(prompt: string): string {
  const from = prompt.lastIndexOf('[INST]');
  if (from === -1) return prompt;
  const to = prompt.indexOf('[/INST]', from);
  return prompt.slice(from + '[INST]'.length, to === -1 ? undefined : to).trim();
}
