/**
 * Amazon Titan text embeddings (newrelic_*: titan-embed-text-v1, titan-embed-g1-text-02), and Varve's own `varve.embed-v1`:
 *   request   {inputText, dimensions?, normalize?, embeddingTypes?}
 *   response  {embedding, embeddingsByType?, inputTextTokenCount}; version 2 has embeddingsByType
 */
import { embed } from '../embeddings.ts';
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textOf, textsOf } from '../json.ts';
import { checkFields, malformed } from '../malformed.ts';
import type { Family } from './family.ts';

const DIMENSIONS_V1 = 1536;
const DIMENSIONS_V2 = 1024;
const DIMENSIONS_ALLOWED: readonly number[] = [256, 512, 1024];

export const titanEmbed: Family = {
  name: 'titan-embed',
  converses: false,
  counts: 'input',
  matches: (modelId) => modelId === 'varve.embed-v1' || /^amazon\.titan-embed-(?:text|g1-text)/.test(modelId),
  parseRequest,
  renderWhole,
};

function isFirstVersion(modelId: string): boolean {
  return modelId === 'amazon.titan-embed-text-v1' || modelId === 'amazon.titan-embed-g1-text-02';
}

function parseRequest(body: JsonObject, modelId: string): ModelRequest {
  checkFields(body, {
    inputText: { type: 'String', required: true },
    ...(isFirstVersion(modelId)
      ? {}
      : { dimensions: { type: 'Integer' }, normalize: { type: 'Boolean' }, embeddingTypes: { type: 'JSONArray' } }),
  });
  const dimensions = numberOf(body['dimensions']);
  if (dimensions !== undefined && !isFirstVersion(modelId) && !DIMENSIONS_ALLOWED.includes(dimensions)) {
    throw malformed(`#/dimensions: ${dimensions} is not a valid enum value`);
  }
  const inputText = textOf(body['inputText']);
  if (inputText === '') throw malformed('#/inputText: expected minLength: 1, actual: 0');
  return { prompt: inputText, texts: [inputText] };
}

function renderWhole({ modelId, body, request, inputTokens }: Generation): JsonObject {
  if (isFirstVersion(modelId))
    return { embedding: embed(request.prompt, DIMENSIONS_V1), inputTextTokenCount: inputTokens };
  const embedding = embed(request.prompt, numberOf(body['dimensions']) ?? DIMENSIONS_V2, body['normalize'] !== false);
  const types = textsOf(body['embeddingTypes']);
  const float = types.length === 0 || types.includes('float');
  return {
    ...(float ? { embedding } : {}),
    embeddingsByType: {
      ...(float ? { float: embedding } : {}),
      ...(types.includes('binary') ? { binary: embedding.map((value) => (value > 0 ? 1 : 0)) } : {}),
    },
    inputTextTokenCount: inputTokens,
  };
}
