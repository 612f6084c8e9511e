/**
 * Cohere Embed (newrelic_*: embed-english-v3):
 *   request   {texts | images, input_type, truncate?, embedding_types?, output_dimension?}
 *   response  {embeddings, id, response_type, texts}; embeddings by type when embedding_types is given
 */
import { embed } from '../embeddings.ts';
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, textsOf } from '../json.ts';
import { checkFields, malformed } from '../malformed.ts';
import type { Family } from './family.ts';

const DIMENSIONS = 1024;
const DIMENSIONS_V4 = 1536;
const TEXTS_MAX = 96;

export const cohereEmbed: Family = {
  name: 'cohere-embed',
  converses: false,
  counts: 'input',
  matches: (modelId) => modelId.startsWith('cohere.embed'),
  parseRequest,
  renderWhole,
};

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, {
    input_type: { type: 'String', required: true },
    texts: { type: 'JSONArray', required: body['images'] === undefined },
    images: { type: 'JSONArray' },
    embedding_types: { type: 'JSONArray' },
  });
  const texts = textsOf(body['texts']);
  if (texts.length > TEXTS_MAX)
    throw malformed(`#/texts: expected maximum item count: ${TEXTS_MAX}, found: ${texts.length}`);
  return { prompt: texts.join('\n'), texts, mediaCount: textsOf(body['images']).length };
}

function renderWhole({ modelId, body, ids }: Generation): JsonObject {
  const dimensions = numberOf(body['output_dimension']) ?? (modelId.includes('v4') ? DIMENSIONS_V4 : DIMENSIONS);
  const texts = textsOf(body['texts']);
  const inputs = texts.length > 0 ? texts : textsOf(body['images']);
  const floats = inputs.map((text) => embed(text, dimensions));
  const types = textsOf(body['embedding_types']);
  if (types.length === 0) return { embeddings: floats, id: ids.uuid(), response_type: 'embeddings_floats', texts };
  const embeddings = Object.fromEntries(types.map((type) => [type, floats.map((vector) => asType(vector, type))]));
  return { embeddings, id: ids.uuid(), response_type: 'embeddings_by_type', texts };
}

const INT8_MAX = 127;

function asType(vector: readonly number[], type: string): readonly number[] {
  if (type === 'int8') return vector.map((value) => Math.round(value * INT8_MAX));
  if (type === 'uint8') return vector.map((value) => Math.round(value * INT8_MAX) + INT8_MAX + 1);
  if (type === 'binary' || type === 'ubinary') return packed(vector, type === 'binary');
  return vector;
}

/** Eight signs a byte; `binary` is signed. */
function packed(vector: readonly number[], signed: boolean): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < vector.length; at += 8) {
    const byte = vector.slice(at, at + 8).reduce((bits, value) => bits * 2 + (value > 0 ? 1 : 0), 0);
    bytes.push(signed ? byte - 128 : byte);
  }
  return bytes;
}
