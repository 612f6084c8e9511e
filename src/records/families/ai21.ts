import { listAt, textAt } from '../json/parse.ts';
import { lastUserTextOf } from './blocks.ts';
import { chat } from './chat.ts';
import type { Family } from './family.ts';

/** AI21: Jurassic-2 (`completions`) and Jamba (chat). */
export const ai21: Family = {
  idParts: ['ai21.'],
  prompt: (request) => lastUserTextOf(request) || textAt(request, 'prompt'),
  completion: (response) =>
    listAt(response, 'completions')
      .map((completion) => textAt(completion, 'data', 'text'))
      .join('\n') || chat.completion(response),
  delta: (chunk) => chat.delta(chunk),
  stopReason: (body) => textAt(body, 'completions', 0, 'finishReason', 'reason') || chat.stopReason(body),
};
