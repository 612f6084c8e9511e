/**
 * Stability AI (User Guide; no capture):
 *   SDXL      {text_prompts: [{text, weight}], seed?, samples?} → {result, artifacts: [{seed, base64, finishReason}]}
 *   SD3, …    {prompt, seed?} → {seeds, finish_reasons, images}
 */
import type { Generation, ModelRequest } from '../generation.ts';
import { type JsonObject, numberOf, objectsOf, textOf } from '../json.ts';
import { checkFields } from '../malformed.ts';
import { pngOf } from '../png.ts';
import type { Family } from './family.ts';

const SEED = 0;

export const stability: Family = {
  name: 'stability',
  converses: false,
  counts: 'none',
  matches: (modelId) => modelId.startsWith('stability.'),
  parseRequest,
  renderWhole: (generation) =>
    isDiffusionXl(generation.modelId) ? renderArtifacts(generation) : renderImages(generation),
};

function isDiffusionXl(modelId: string): boolean {
  return modelId.includes('stable-diffusion-xl');
}

function parseRequest(body: JsonObject, modelId: string): ModelRequest {
  if (!isDiffusionXl(modelId)) {
    checkFields(body, { prompt: { type: 'String', required: true }, seed: { type: 'Integer' } });
    return { prompt: textOf(body['prompt']), texts: [textOf(body['prompt'])] };
  }
  checkFields(body, { text_prompts: { type: 'JSONArray', required: true }, seed: { type: 'Integer' } });
  const texts = objectsOf(body['text_prompts']).map(({ text }) => textOf(text));
  return { prompt: texts.join('\n'), texts };
}

function renderArtifacts({ body, request, imageBytes }: Generation): JsonObject {
  const base64 = pngOf(request.prompt, imageBytes).toString('base64');
  return { result: 'success', artifacts: [{ seed: numberOf(body['seed']) ?? SEED, base64, finishReason: 'SUCCESS' }] };
}

function renderImages({ body, request, imageBytes }: Generation): JsonObject {
  const image = pngOf(request.prompt, imageBytes).toString('base64');
  return { seeds: [numberOf(body['seed']) ?? SEED], finish_reasons: [null], images: [image] };
}
