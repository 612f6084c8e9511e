/**
 * Amazon Nova multimodal embeddings, the synchronous text form (User Guide; no capture):
 *   request   {taskType: SINGLE_EMBEDDING, singleEmbeddingParams: {embeddingPurpose, embeddingDimension, text: {value, truncationMode}}}
 *   response  {embeddings: [{embeddingType, embedding}]}
 */
import { embed } from '../embeddings.ts';
import { type JsonObject, numberOf, objectOf, textOf } from '../json.ts';
import { checkFields, malformed } from '../malformed.ts';
import type { Family } from './family.ts';

const DIMENSIONS = 3072;
const DIMENSIONS_ALLOWED: readonly number[] = [256, 384, 1024, 3072];

export const novaEmbed: Family = {
  name: 'nova-embed',
  converses: false,
  counts: 'input',
  matches: (modelId) => /^amazon\.nova.*embeddings/.test(modelId),
  parseRequest: (body) => {
    checkFields(body, {
      taskType: { type: 'String', required: true },
      singleEmbeddingParams: { type: 'JSONObject', required: true },
    });
    if (!DIMENSIONS_ALLOWED.includes(dimensionsOf(body))) {
      throw malformed(`#/singleEmbeddingParams/embeddingDimension: ${dimensionsOf(body)} is not a valid enum value`);
    }
    const text = objectOf(objectOf(body['singleEmbeddingParams'])['text'])['value'];
    if (typeof text !== 'string') throw malformed('#/singleEmbeddingParams: required key [text] not found');
    return { prompt: text, texts: [text] };
  },
  renderWhole: ({ body, request }) => ({
    embeddings: [{ embeddingType: 'TEXT', embedding: embed(textOf(request.prompt), dimensionsOf(body)) }],
  }),
};

function dimensionsOf(body: JsonObject): number {
  return numberOf(objectOf(body['singleEmbeddingParams'])['embeddingDimension']) ?? DIMENSIONS;
}
