/**
 * Amazon Titan multimodal embeddings (User Guide; no capture):
 *   request   {inputText?, inputImage?, embeddingConfig: {outputEmbeddingLength}?}
 *   response  {embedding, inputTextTokenCount, message}
 */
import { hash } from 'node:crypto';
import { embed } from '../embeddings.ts';
import type { ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, objectOf, textOf } from '../json.ts';
import { checkFields, malformed } from '../malformed.ts';
import type { Family } from './family.ts';

const DIMENSIONS = 1024;
const DIMENSIONS_ALLOWED: readonly number[] = [256, 384, 1024];

export const titanEmbedImage: Family = {
  name: 'titan-embed-image',
  converses: false,
  counts: 'input',
  matches: (modelId) => modelId.startsWith('amazon.titan-embed-image'),
  parseRequest,
  renderWhole: ({ body, request, inputTokens }) => ({
    embedding: embed(request.prompt, dimensionsOf(body)),
    inputTextTokenCount: inputTokens,
    message: null,
  }),
};

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, {
    inputText: { type: 'String' },
    inputImage: { type: 'String' },
    embeddingConfig: { type: 'JSONObject' },
  });
  if (body['inputText'] === undefined && body['inputImage'] === undefined) {
    throw malformed('#: required key [inputText] not found');
  }
  if (!DIMENSIONS_ALLOWED.includes(dimensionsOf(body))) {
    throw malformed(`#/embeddingConfig/outputEmbeddingLength: ${dimensionsOf(body)} is not a valid enum value`);
  }
  const text = textOf(body['inputText']);
  const image = textOf(body['inputImage']);
  // An image is only known by what it is byte for byte.
  return { prompt: image === '' ? text : `${text} ${hash('sha256', image, 'hex')}`, texts: [text] };
}

function dimensionsOf(body: JsonObject): number {
  return numberOf(objectOf(body['embeddingConfig'])['outputEmbeddingLength']) ?? DIMENSIONS;
}
