/**
 * System-defined inference profiles: a geography's prefix before a model's id, and the Regions a call may run in.
 * (User Guide, "Supported Regions and models for inference profiles"; `global` profiles list the source Region and a
 * model ARN without a Region.)
 */
import { FOUNDATION_MODELS, type FoundationModel, type Geography } from './models.ts';

export interface InferenceProfile {
  readonly inferenceProfileId: string;
  readonly inferenceProfileName: string;
  readonly description: string;
  readonly geography: Geography;
  readonly model: FoundationModel;
}

/** Destination Regions by geography; empty: every commercial Region. */
const DESTINATIONS: Readonly<Record<Geography, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-2'],
  'us-gov': ['us-gov-east-1', 'us-gov-west-1'],
  eu: ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'],
  apac: [
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-4',
  ],
  jp: ['ap-northeast-1', 'ap-northeast-3'],
  au: ['ap-southeast-2', 'ap-southeast-4'],
  ca: ['ca-central-1'],
  global: [],
};

/** Regions that may call a geography's profiles besides its destinations. */
const SOURCE_PREFIX: Readonly<Record<Geography, RegExp>> = {
  us: /^(?:us-(?:east|west)-|ca-)/,
  'us-gov': /^us-gov-/,
  eu: /^(?:eu|il)-/,
  apac: /^ap-/,
  jp: /^ap-northeast-[13]$/,
  au: /^ap-southeast-[24]$/,
  ca: /^ca-/,
  global: /^(?!us-gov-|cn-)/,
};

const NAME_PREFIX: Readonly<Record<Geography, string>> = {
  us: 'US',
  'us-gov': 'US-GOV',
  eu: 'EU',
  apac: 'APAC',
  jp: 'JP',
  au: 'AU',
  ca: 'CA',
  global: 'Global',
};

const PROFILES: ReadonlyMap<string, InferenceProfile> = new Map(
  FOUNDATION_MODELS.flatMap((model) => model.profiles.map((geography) => profileOf(geography, model))).map(
    (profile) => [profile.inferenceProfileId, profile],
  ),
);

function profileOf(geography: Geography, model: FoundationModel): InferenceProfile {
  const regions = DESTINATIONS[geography];
  const name = model.providerName === 'Amazon' ? model.modelName : `${model.providerName} ${model.modelName}`;
  const where = geography === 'global' ? 'globally across all supported AWS Regions' : `in ${listed(regions)}`;
  return {
    inferenceProfileId: `${geography}.${model.modelId}`,
    inferenceProfileName: `${NAME_PREFIX[geography]} ${name}`,
    description: `Routes requests to ${name} ${where}.`,
    geography,
    model,
  };
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

export function findInferenceProfile(profileId: string): InferenceProfile | undefined {
  return PROFILES.get(profileId);
}

/** The profiles that can be called from a Region, in the order of the models' table. */
export function inferenceProfilesIn(region: string): readonly InferenceProfile[] {
  return [...PROFILES.values()].filter(({ geography }) => SOURCE_PREFIX[geography].test(region));
}

/** A model in a Region that a profile may route to; a `global` profile's model without a Region stands for all others. */
export interface ProfileDestination {
  /** Empty: any. */
  readonly region: string;
  readonly modelArn: string;
}

/** Where a call through a profile may run, for models that are not in the table too; nowhere for what is no profile's id. */
export function profileDestinations(profileId: string, region: string): readonly ProfileDestination[] {
  const split = splitProfileId(profileId);
  if (!split) return [];
  const { geography, modelId } = split;
  const regions = geography === 'global' ? ['', region] : DESTINATIONS[geography];
  return regions.map((destination) => ({ region: destination, modelArn: foundationModelArn(modelId, destination) }));
}

/** The model ARNs that a profile routes to, as GetInferenceProfile gives them. */
export function profileModelArns({ inferenceProfileId }: InferenceProfile, region: string): readonly string[] {
  return profileDestinations(inferenceProfileId, region).map(({ modelArn }) => modelArn);
}

export function foundationModelArn(modelId: string, region: string): string {
  return `arn:aws:bedrock:${region}::foundation-model/${modelId}`;
}

const PROFILE_ID = /^(us|us-gov|eu|apac|jp|au|ca|global)\.(.+)$/;

/**
 * Splits `us.anthropic.…` into geography and model id, for models that are not in the table too.
 * Undefined: it is no profile's id.
 */
export function splitProfileId(text: string): { geography: Geography; modelId: string } | undefined {
  const match = PROFILE_ID.exec(text);
  return match ? { geography: match[1] as Geography, modelId: match[2] as string } : undefined;
}

/** The Region that a call through a profile runs in when this machine decides: at home where the profile allows it. */
export function destinationOf(geography: Geography, region: string): string {
  const destinations = DESTINATIONS[geography];
  return destinations.length === 0 || destinations.includes(region) ? region : (destinations[0] ?? region);
}
