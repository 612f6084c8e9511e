import { listAt, textAt } from '../json/parse.ts';
import type { Family } from './family.ts';

/** Amazon Titan: text, embeddings and images. */
export const titan: Family = {
  idParts: ['amazon.titan'],
  prompt: (request) => textAt(request, 'inputText') || textAt(request, 'textToImageParams', 'text'),
  completion: (response) =>
    listAt(response, 'results')
      .map((result) => textAt(result, 'outputText'))
      .join('\n'),
  delta: (chunk) => textAt(chunk, 'outputText'),
  stopReason: (body) => textAt(body, 'completionReason') || textAt(body, 'results', 0, 'completionReason'),
};
