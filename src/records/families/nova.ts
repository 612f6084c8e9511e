import { at, textAt } from '../json/parse.ts';
import { contentText, lastUserTextOf } from './blocks.ts';
import type { Family } from './family.ts';

/** Amazon Nova's text models, whose bodies are near to Converse's. */
export const nova: Family = {
  idParts: ['amazon.nova'],
  prompt: (request) => lastUserTextOf(request) || textAt(request, 'textToImageParams', 'text'),
  completion: (response) => contentText(at(response, 'output', 'message', 'content')),
  delta: (chunk) => textAt(chunk, 'contentBlockDelta', 'delta', 'text'),
  stopReason: (body) => textAt(body, 'stopReason') || textAt(body, 'messageStop', 'stopReason'),
};
