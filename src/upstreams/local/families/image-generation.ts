/**
 * Amazon Titan Image Generator and Nova Canvas (User Guide; no capture):
 *   request   {taskType, <task>Params: {text | prompt, …}, imageGenerationConfig: {numberOfImages, …}?}
 *   response  {images: [base64 PNG]}, and Titan's `error`
 */
import type { ModelRequest } from '../generation.ts';
import { type Json, type JsonObject, numberOf, objectOf, textOf } from '../json.ts';
import { checkFields, malformed } from '../malformed.ts';
import { pngOf } from '../png.ts';
import type { Family } from './family.ts';

/** The parameters' key of each task. */
const TASKS: Readonly<Record<string, string>> = {
  TEXT_IMAGE: 'textToImageParams',
  INPAINTING: 'inPaintingParams',
  OUTPAINTING: 'outPaintingParams',
  IMAGE_VARIATION: 'imageVariationParams',
  COLOR_GUIDED_GENERATION: 'colorGuidedGenerationParams',
  BACKGROUND_REMOVAL: 'backgroundRemovalParams',
  VIRTUAL_TRY_ON: 'virtualTryOnParams',
};
const IMAGES_MAX = 5;

export const imageGeneration: Family = {
  name: 'image-generation',
  converses: false,
  counts: 'none',
  matches: (modelId) => /^amazon\.(?:titan-image|nova-canvas)/.test(modelId),
  parseRequest,
  renderWhole: ({ modelId, body, request, imageBytes }) => {
    const images = Array.from({ length: imageCount(body) }, (_, index) =>
      pngOf(`${request.prompt}#${index}`, imageBytes).toString('base64'),
    );
    return modelId.startsWith('amazon.titan') ? { images, error: null } : { images };
  },
};

function parseRequest(body: JsonObject): ModelRequest {
  checkFields(body, { taskType: { type: 'String', required: true }, imageGenerationConfig: { type: 'JSONObject' } });
  const task = textOf(body['taskType']);
  const key = Object.hasOwn(TASKS, task) ? TASKS[task] : undefined;
  if (key === undefined) throw malformed(`#/taskType: ${task} is not a valid enum value`);
  checkFields(body, { [key]: { type: 'JSONObject', required: true } });
  const wanted: Json | undefined = objectOf(body['imageGenerationConfig'])['numberOfImages'];
  if (wanted !== undefined && (!Number.isInteger(wanted) || imageCount(body) < 1 || imageCount(body) > IMAGES_MAX)) {
    throw malformed(
      `#/imageGenerationConfig/numberOfImages: ${JSON.stringify(wanted)} is not between 1 and ${IMAGES_MAX}`,
    );
  }
  const parameters = objectOf(body[key]);
  const prompt = textOf(parameters['text']) || textOf(parameters['prompt']);
  return { prompt, texts: [prompt] };
}

function imageCount(body: JsonObject): number {
  return numberOf(objectOf(body['imageGenerationConfig'])['numberOfImages']) ?? 1;
}
