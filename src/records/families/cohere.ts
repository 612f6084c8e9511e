import { listAt, textAt } from '../json/parse.ts';
import { contentText } from './blocks.ts';
import type { Family } from './family.ts';

/** Cohere: Command, Command R and Embed. */
export const cohere: Family = {
  idParts: ['cohere.'],
  prompt: (request) => textAt(request, 'message') || textAt(request, 'prompt') || contentText(listAt(request, 'texts')),
  completion: (response) =>
    textAt(response, 'text') ||
    listAt(response, 'generations')
      .map((generation) => textAt(generation, 'text'))
      .join('\n'),
  // The stream's last event repeats the whole text inside of `response`, so only text-generation events and Command's count.
  delta: (chunk) => textAt(chunk, 'text') || textAt(chunk, 'generations', 0, 'text'),
  stopReason: (body) =>
    textAt(body, 'finish_reason') ||
    textAt(body, 'generations', 0, 'finish_reason') ||
    textAt(body, 'response', 'finish_reason'),
};
