import { listAt, textAt } from '../json/parse.ts';
import type { Family } from './family.ts';

/** Stability: image models; there is a prompt and no text that comes back. */
export const stability: Family = {
  idParts: ['stability.'],
  prompt: (request) =>
    textAt(request, 'prompt') ||
    listAt(request, 'text_prompts')
      .map((prompt) => textAt(prompt, 'text'))
      .join('\n'),
  completion: () => '',
  delta: () => '',
  stopReason: (body) => textAt(body, 'finish_reasons', 0) || textAt(body, 'artifacts', 0, 'finishReason'),
};
