/** What a caller's `modelId` names: a model's id, a profile's id, or an ARN of either, of a custom or imported model … */
import { ApiError } from '#wire';
import { findFoundationModel, type Modality } from './models.ts';
import { destinationOf, findInferenceProfile, splitProfileId } from './profiles.ts';

export type ModelKind =
  | 'foundation-model'
  | 'inference-profile'
  | 'application-inference-profile'
  | 'other'
  | 'unknown';

export interface ResolvedModel {
  readonly kind: ModelKind;
  /** The foundation model's id where it is known, else the caller's text. */
  readonly modelId: string;
  readonly profileId?: string;
  /** The ARN: the caller's, or the one of what was named. */
  readonly arn?: string;
  /** For profiles: the Region that runs the call, when this machine decides it. */
  readonly inferenceRegion?: string;
}

/** Resources that Bedrock invokes by ARN and whose model only AWS knows. */
const OTHER_RESOURCES = new Set([
  'provisioned-model',
  'custom-model',
  'custom-model-deployment',
  'imported-model',
  'default-prompt-router',
  'prompt-router',
  'prompt',
  'endpoint',
]);
const ARN = /^arn:(aws[a-z-]*):(bedrock|sagemaker):([a-z0-9-]*):(\d{12})?:([a-z-]+)\/(.+)$/;

/** Never fails: what nobody knows is of kind `unknown`. */
export function resolveModelId(text: string, region: string, accountId: string): ResolvedModel {
  const arn = ARN.exec(text);
  if (arn) return resolveArn(text, arn, region);
  const profile = resolveProfile(text, region);
  if (profile) return { ...profile, arn: `arn:aws:bedrock:${region}:${accountId}:inference-profile/${text}` };
  const known = findFoundationModel(text);
  if (!known) return { kind: 'unknown', modelId: text };
  return { kind: 'foundation-model', modelId: text, arn: `arn:aws:bedrock:${region}::foundation-model/${text}` };
}

function resolveArn(text: string, match: RegExpExecArray, region: string): ResolvedModel {
  const resource = match[5] as string;
  const id = match[6] as string;
  if (resource === 'foundation-model') {
    return { kind: findFoundationModel(id) ? 'foundation-model' : 'unknown', modelId: id, arn: text };
  }
  if (resource === 'inference-profile') {
    const profile = resolveProfile(id, match[3] || region);
    return profile ? { ...profile, arn: text } : { kind: 'unknown', modelId: id, arn: text };
  }
  if (resource === 'application-inference-profile') {
    return { kind: 'application-inference-profile', modelId: text, profileId: id, arn: text, inferenceRegion: region };
  }
  return { kind: OTHER_RESOURCES.has(resource) ? 'other' : 'unknown', modelId: text, arn: text };
}

function resolveProfile(id: string, region: string): ResolvedModel | undefined {
  const split = splitProfileId(id);
  if (!split || !(findInferenceProfile(id) || findFoundationModel(split.modelId))) return undefined;
  const inferenceRegion = destinationOf(split.geography, region);
  return { kind: 'inference-profile', modelId: split.modelId, profileId: id, inferenceRegion };
}

/** The Region that a profile's call runs in; undefined when the id names no profile. */
export function inferenceRegionOf(text: string, region: string): string | undefined {
  return resolveModelId(text, region, '').inferenceRegion;
}

/** True for the ids that Bedrock's own models go by: the built-in model may answer for them, and says so. */
export function isWellKnown(text: string): boolean {
  const { kind, modelId } = resolveModelId(text, '', '');
  return (kind === 'foundation-model' || kind === 'inference-profile') && !modelId.startsWith('varve.');
}

export interface ModelModalities {
  readonly input: readonly Modality[];
  readonly output: readonly Modality[];
}

const TEXT_ONLY: ModelModalities = { input: ['TEXT'], output: ['TEXT'] };

/**
 * What a model takes and gives, for the data switches of the invocation log. Of models that are not in the table it is
 * told by their names; what says nothing counts as text.
 */
export function modalitiesOf(text: string): ModelModalities {
  const { modelId } = resolveModelId(text, '', '');
  const known = findFoundationModel(modelId);
  if (known) return { input: known.inputModalities, output: known.outputModalities };
  if (/embed/.test(modelId)) return { input: ['TEXT', 'IMAGE'], output: ['EMBEDDING'] };
  if (/canvas|image|stable-|stability\.|sdxl/.test(modelId)) return { input: ['TEXT', 'IMAGE'], output: ['IMAGE'] };
  if (/reel|luma\.|video/.test(modelId)) return { input: ['TEXT', 'IMAGE'], output: ['VIDEO'] };
  if (/sonic|speech/.test(modelId)) return { input: ['SPEECH'], output: ['SPEECH', 'TEXT'] };
  return TEXT_ONLY;
}

/** The error for a model id that nobody answers for (captured: test_invoke_model_with_invalid_model). */
export function unknownModel(): ApiError {
  return new ApiError('ValidationException', 'The provided model identifier is invalid.', { status: 400 });
}
