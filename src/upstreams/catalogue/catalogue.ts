/** The catalogue as the control plane's operations show it (API reference: FoundationModelSummary, InferenceProfileSummary). */
import { FOUNDATION_MODELS, findFoundationModel, type FoundationModel } from './models.ts';
import {
  findInferenceProfile,
  foundationModelArn,
  type InferenceProfile,
  inferenceProfilesIn,
  profileModelArns,
} from './profiles.ts';

export interface ModelSummary {
  readonly modelArn: string;
  readonly modelId: string;
  readonly modelName: string;
  readonly providerName: string;
  readonly inputModalities: readonly string[];
  readonly outputModalities: readonly string[];
  readonly responseStreamingSupported: boolean;
  readonly customizationsSupported: readonly string[];
  readonly inferenceTypesSupported: readonly string[];
  readonly modelLifecycle: { readonly status: 'ACTIVE' | 'LEGACY' };
}

export interface ProfileSummary {
  readonly inferenceProfileName: string;
  readonly description: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly inferenceProfileArn: string;
  readonly models: readonly { readonly modelArn: string }[];
  readonly inferenceProfileId: string;
  readonly status: 'ACTIVE';
  readonly type: 'SYSTEM_DEFINED';
}

export interface ModelCatalogue {
  /** All foundation models, as ListFoundationModels gives them in a Region. */
  foundationModels(region: string): readonly ModelSummary[];
  /** One of them by id or ARN. */
  foundationModel(identifier: string, region: string): ModelSummary | undefined;
  /** The system-defined inference profiles that can be called from a Region. */
  inferenceProfiles(region: string, accountId: string): readonly ProfileSummary[];
  /** One of them by id or ARN. */
  inferenceProfile(identifier: string, region: string, accountId: string): ProfileSummary | undefined;
}

/** When AWS made its first profiles; the true times of each are not published. */
const PROFILES_CREATED_AT = new Date('2024-08-26T00:00:00Z');
const MODEL_ARN = /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*::foundation-model\/(.+)$/;
const PROFILE_ARN = /^arn:aws[a-z-]*:bedrock:([a-z0-9-]*):(\d{12}):inference-profile\/(.+)$/;

export function createModelCatalogue(): ModelCatalogue {
  return {
    foundationModels: (region) => FOUNDATION_MODELS.map((model) => modelSummary(model, region)),
    foundationModel: (identifier, region) => {
      const model = findFoundationModel(MODEL_ARN.exec(identifier)?.[1] ?? identifier);
      return model && !model.modelId.startsWith('varve.') ? modelSummary(model, region) : undefined;
    },
    inferenceProfiles: (region, accountId) =>
      inferenceProfilesIn(region).map((profile) => profileSummary(profile, region, accountId)),
    inferenceProfile: (identifier, region, accountId) => {
      const arn = PROFILE_ARN.exec(identifier);
      if (arn && (arn[1] !== region || arn[2] !== accountId)) return undefined;
      const profile = findInferenceProfile(arn?.[3] ?? identifier);
      return profile && inferenceProfilesIn(region).includes(profile)
        ? profileSummary(profile, region, accountId)
        : undefined;
    },
  };
}

function modelSummary(model: FoundationModel, region: string): ModelSummary {
  return {
    modelArn: foundationModelArn(model.modelId, region),
    modelId: model.modelId,
    modelName: model.modelName,
    providerName: model.providerName,
    inputModalities: model.inputModalities,
    outputModalities: model.outputModalities,
    responseStreamingSupported: model.responseStreamingSupported,
    customizationsSupported: model.customizationsSupported,
    inferenceTypesSupported: model.inferenceTypesSupported,
    modelLifecycle: { status: model.status },
  };
}

function profileSummary(profile: InferenceProfile, region: string, accountId: string): ProfileSummary {
  const { inferenceProfileId, inferenceProfileName, description } = profile;
  return {
    inferenceProfileName,
    description,
    createdAt: PROFILES_CREATED_AT,
    updatedAt: PROFILES_CREATED_AT,
    inferenceProfileArn: `arn:aws:bedrock:${region}:${accountId}:inference-profile/${inferenceProfileId}`,
    models: profileModelArns(profile, region).map((modelArn) => ({ modelArn })),
    inferenceProfileId,
    status: 'ACTIVE',
    type: 'SYSTEM_DEFINED',
  };
}
