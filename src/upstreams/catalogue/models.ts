/**
 * The foundation models that Varve knows, as Bedrock's ListFoundationModels describes them.
 * Sources: User Guide, "Supported foundation models" and the model cards (read November 2026), and the ids in captured
 * traffic. It is a table to answer with, not a gate: which models exist is decided by who answers (choose.ts).
 */

export type Modality = 'TEXT' | 'IMAGE' | 'EMBEDDING' | 'VIDEO' | 'SPEECH';

export interface FoundationModel {
  readonly modelId: string;
  readonly modelName: string;
  readonly providerName: string;
  readonly inputModalities: readonly Modality[];
  readonly outputModalities: readonly Modality[];
  readonly responseStreamingSupported: boolean;
  readonly customizationsSupported: readonly string[];
  readonly inferenceTypesSupported: readonly ('ON_DEMAND' | 'PROVISIONED' | 'INFERENCE_PROFILE')[];
  readonly status: 'ACTIVE' | 'LEGACY';
  /** The geographies that have a system-defined inference profile for it. */
  readonly profiles: readonly Geography[];
}

export type Geography = 'us' | 'us-gov' | 'eu' | 'apac' | 'jp' | 'au' | 'ca' | 'global';

interface Extra {
  readonly stream?: boolean;
  readonly custom?: readonly string[];
  /** `on`: on demand; `profile`: through an inference profile alone; `both`; `provisioned`: on demand and provisioned. */
  readonly types?: 'on' | 'profile' | 'both' | 'provisioned';
  readonly legacy?: boolean;
  readonly profiles?: readonly Geography[];
}

const TYPES = {
  on: ['ON_DEMAND'],
  profile: ['INFERENCE_PROFILE'],
  both: ['ON_DEMAND', 'INFERENCE_PROFILE'],
  provisioned: ['ON_DEMAND', 'PROVISIONED'],
} as const;

const KIND = { T: 'TEXT', I: 'IMAGE', V: 'VIDEO', S: 'SPEECH', E: 'EMBEDDING' } as const;
type Kinds = `${string}>${string}`;

/** `TI>T` reads: text and images in, text out. */
function model(
  providerName: string,
  modelName: string,
  modelId: string,
  kinds: Kinds,
  extra: Extra = {},
): FoundationModel {
  const [input = '', output = ''] = kinds.split('>');
  const outputModalities = kindsOf(output);
  return {
    modelId,
    modelName,
    providerName,
    inputModalities: kindsOf(input),
    outputModalities,
    responseStreamingSupported: extra.stream ?? outputModalities.includes('TEXT'),
    customizationsSupported: extra.custom ?? [],
    inferenceTypesSupported: TYPES[extra.types ?? 'on'],
    status: extra.legacy === true ? 'LEGACY' : 'ACTIVE',
    profiles: extra.profiles ?? [],
  };
}

function kindsOf(letters: string): Modality[] {
  return [...letters].map((letter) => KIND[letter as keyof typeof KIND]);
}

const legacy = { legacy: true } as const;
const claude3 = { types: 'both', profiles: ['us', 'eu', 'apac'], legacy: true } as const;
const claude4 = { types: 'profile', profiles: ['us', 'eu', 'apac', 'global'] } as const;
const claude45 = { types: 'profile', profiles: ['us', 'eu', 'jp', 'au', 'global'] } as const;
const usProfile = { types: 'profile', profiles: ['us'] } as const;
const nova = { types: 'both', profiles: ['us', 'eu', 'apac'], custom: ['FINE_TUNING', 'DISTILLATION'] } as const;

export const FOUNDATION_MODELS: readonly FoundationModel[] = [
  model('AI21 Labs', 'J2 Grande Instruct', 'ai21.j2-grande-instruct', 'T>T', { ...legacy, stream: false }),
  model('AI21 Labs', 'Jurassic-2 Mid', 'ai21.j2-mid-v1', 'T>T', { ...legacy, stream: false }),
  model('AI21 Labs', 'Jurassic-2 Ultra', 'ai21.j2-ultra-v1', 'T>T', { ...legacy, stream: false }),
  model('AI21 Labs', 'Jamba-Instruct', 'ai21.jamba-instruct-v1:0', 'T>T', legacy),
  model('AI21 Labs', 'Jamba 1.5 Large', 'ai21.jamba-1-5-large-v1:0', 'T>T'),
  model('AI21 Labs', 'Jamba 1.5 Mini', 'ai21.jamba-1-5-mini-v1:0', 'T>T'),

  model('Amazon', 'Titan Text Large', 'amazon.titan-tg1-large', 'T>T', legacy),
  model('Amazon', 'Titan Text G1 - Lite', 'amazon.titan-text-lite-v1', 'T>T', {
    ...legacy,
    types: 'provisioned',
    custom: ['FINE_TUNING', 'CONTINUED_PRE_TRAINING'],
  }),
  model('Amazon', 'Titan Text G1 - Express', 'amazon.titan-text-express-v1', 'T>T', {
    ...legacy,
    types: 'provisioned',
    custom: ['FINE_TUNING', 'CONTINUED_PRE_TRAINING'],
  }),
  model('Amazon', 'Titan Text G1 - Premier', 'amazon.titan-text-premier-v1:0', 'T>T', {
    ...legacy,
    custom: ['FINE_TUNING'],
  }),
  model('Amazon', 'Titan Text Embeddings v2', 'amazon.titan-embed-g1-text-02', 'T>E'),
  model('Amazon', 'Titan Embeddings G1 - Text', 'amazon.titan-embed-text-v1', 'T>E', { types: 'provisioned' }),
  model('Amazon', 'Titan Text Embeddings V2', 'amazon.titan-embed-text-v2:0', 'T>E'),
  model('Amazon', 'Titan Multimodal Embeddings G1', 'amazon.titan-embed-image-v1', 'TI>E', {
    types: 'provisioned',
    custom: ['FINE_TUNING'],
  }),
  model('Amazon', 'Titan Image Generator G1', 'amazon.titan-image-generator-v1', 'TI>I', {
    ...legacy,
    types: 'provisioned',
    custom: ['FINE_TUNING'],
  }),
  model('Amazon', 'Titan Image Generator G1 v2', 'amazon.titan-image-generator-v2:0', 'TI>I', {
    types: 'provisioned',
    custom: ['FINE_TUNING'],
  }),
  model('Amazon', 'Nova Micro', 'amazon.nova-micro-v1:0', 'T>T', nova),
  model('Amazon', 'Nova Lite', 'amazon.nova-lite-v1:0', 'TIV>T', nova),
  model('Amazon', 'Nova Pro', 'amazon.nova-pro-v1:0', 'TIV>T', nova),
  model('Amazon', 'Nova Premier', 'amazon.nova-premier-v1:0', 'TIV>T', usProfile),
  model('Amazon', 'Nova 2 Lite', 'amazon.nova-2-lite-v1:0', 'TIV>T', {
    types: 'both',
    profiles: ['us', 'eu', 'jp', 'global'],
  }),
  model('Amazon', 'Nova Canvas', 'amazon.nova-canvas-v1:0', 'TI>I', { types: 'provisioned', custom: ['FINE_TUNING'] }),
  model('Amazon', 'Nova Reel', 'amazon.nova-reel-v1:0', 'TI>V'),
  model('Amazon', 'Nova Sonic', 'amazon.nova-sonic-v1:0', 'S>ST'),
  model('Amazon', 'Nova Multimodal Embeddings', 'amazon.nova-2-multimodal-embeddings-v1:0', 'TIVS>E'),

  model('Anthropic', 'Claude Instant', 'anthropic.claude-instant-v1', 'T>T', legacy),
  model('Anthropic', 'Claude', 'anthropic.claude-v2', 'T>T', legacy),
  model('Anthropic', 'Claude', 'anthropic.claude-v2:1', 'T>T', legacy),
  model('Anthropic', 'Claude 3 Sonnet', 'anthropic.claude-3-sonnet-20240229-v1:0', 'TI>T', claude3),
  model('Anthropic', 'Claude 3 Haiku', 'anthropic.claude-3-haiku-20240307-v1:0', 'TI>T', {
    ...claude3,
    custom: ['FINE_TUNING'],
  }),
  model('Anthropic', 'Claude 3 Opus', 'anthropic.claude-3-opus-20240229-v1:0', 'TI>T', {
    ...claude3,
    profiles: ['us'],
  }),
  model('Anthropic', 'Claude 3.5 Sonnet', 'anthropic.claude-3-5-sonnet-20240620-v1:0', 'TI>T', claude3),
  model('Anthropic', 'Claude 3.5 Sonnet v2', 'anthropic.claude-3-5-sonnet-20241022-v2:0', 'TI>T', {
    ...claude3,
    profiles: ['us', 'apac'],
  }),
  model('Anthropic', 'Claude 3.5 Haiku', 'anthropic.claude-3-5-haiku-20241022-v1:0', 'T>T', {
    types: 'both',
    profiles: ['us'],
  }),
  model('Anthropic', 'Claude 3.7 Sonnet', 'anthropic.claude-3-7-sonnet-20250219-v1:0', 'TI>T', {
    ...claude3,
    types: 'profile',
  }),
  model('Anthropic', 'Claude Sonnet 4', 'anthropic.claude-sonnet-4-20250514-v1:0', 'TI>T', claude4),
  model('Anthropic', 'Claude Opus 4', 'anthropic.claude-opus-4-20250514-v1:0', 'TI>T', { ...usProfile, legacy: true }),
  model('Anthropic', 'Claude Opus 4.1', 'anthropic.claude-opus-4-1-20250805-v1:0', 'TI>T', usProfile),
  model('Anthropic', 'Claude Sonnet 4.5', 'anthropic.claude-sonnet-4-5-20250929-v1:0', 'TI>T', claude45),
  model('Anthropic', 'Claude Haiku 4.5', 'anthropic.claude-haiku-4-5-20251001-v1:0', 'TI>T', claude45),
  model('Anthropic', 'Claude Opus 4.5', 'anthropic.claude-opus-4-5-20251101-v1:0', 'TI>T', {
    types: 'profile',
    profiles: ['us', 'eu', 'global'],
  }),
  model('Anthropic', 'Claude Opus 4.6', 'anthropic.claude-opus-4-6-v1', 'TI>T', {
    types: 'profile',
    profiles: ['us', 'eu', 'au', 'global'],
  }),
  model('Anthropic', 'Claude Sonnet 4.6', 'anthropic.claude-sonnet-4-6', 'TI>T', claude45),
  model('Anthropic', 'Claude Opus 4.7', 'anthropic.claude-opus-4-7', 'TI>T', {
    types: 'profile',
    profiles: ['us', 'eu', 'jp', 'global'],
  }),
  model('Anthropic', 'Claude Opus 4.8', 'anthropic.claude-opus-4-8', 'TI>T', claude45),
  model('Anthropic', 'Claude Sonnet 5', 'anthropic.claude-sonnet-5', 'TI>T', claude45),
  model('Anthropic', 'Claude Opus 5', 'anthropic.claude-opus-5', 'TI>T', claude45),

  model('Cohere', 'Command', 'cohere.command-text-v14', 'T>T', { ...legacy, custom: ['FINE_TUNING'] }),
  model('Cohere', 'Command Light', 'cohere.command-light-text-v14', 'T>T', { ...legacy, custom: ['FINE_TUNING'] }),
  model('Cohere', 'Command R', 'cohere.command-r-v1:0', 'T>T'),
  model('Cohere', 'Command R+', 'cohere.command-r-plus-v1:0', 'T>T'),
  model('Cohere', 'Embed English', 'cohere.embed-english-v3', 'T>E', { types: 'provisioned' }),
  model('Cohere', 'Embed Multilingual', 'cohere.embed-multilingual-v3', 'T>E', { types: 'provisioned' }),
  model('Cohere', 'Embed v4', 'cohere.embed-v4:0', 'TI>E', { types: 'both', profiles: ['us', 'eu', 'global'] }),

  model('DeepSeek', 'DeepSeek-R1', 'deepseek.r1-v1:0', 'T>T', usProfile),
  model('DeepSeek', 'DeepSeek-V3.1', 'deepseek.v3-v1:0', 'T>T'),
  model('DeepSeek', 'DeepSeek V3.2', 'deepseek.v3.2', 'T>T'),

  model('Google', 'Gemma 3 4B IT', 'google.gemma-3-4b-it', 'TI>T'),
  model('Google', 'Gemma 3 27B PT', 'google.gemma-3-27b-it', 'TI>T'),

  model('Meta', 'Llama 2 Chat 13B', 'meta.llama2-13b-chat-v1', 'T>T', legacy),
  model('Meta', 'Llama 2 Chat 70B', 'meta.llama2-70b-chat-v1', 'T>T', legacy),
  model('Meta', 'Llama 3 8B Instruct', 'meta.llama3-8b-instruct-v1:0', 'T>T'),
  model('Meta', 'Llama 3 70B Instruct', 'meta.llama3-70b-instruct-v1:0', 'T>T'),
  model('Meta', 'Llama 3.1 8B Instruct', 'meta.llama3-1-8b-instruct-v1:0', 'T>T', { types: 'both', profiles: ['us'] }),
  model('Meta', 'Llama 3.1 70B Instruct', 'meta.llama3-1-70b-instruct-v1:0', 'T>T', {
    types: 'both',
    profiles: ['us'],
  }),
  model('Meta', 'Llama 3.2 1B Instruct', 'meta.llama3-2-1b-instruct-v1:0', 'T>T', {
    types: 'profile',
    profiles: ['us', 'eu'],
  }),
  model('Meta', 'Llama 3.2 90B Instruct', 'meta.llama3-2-90b-instruct-v1:0', 'TI>T', usProfile),
  model('Meta', 'Llama 3.3 70B Instruct', 'meta.llama3-3-70b-instruct-v1:0', 'T>T', usProfile),
  model('Meta', 'Llama 4 Scout 17B Instruct', 'meta.llama4-scout-17b-instruct-v1:0', 'TI>T', usProfile),
  model('Meta', 'Llama 4 Maverick 17B Instruct', 'meta.llama4-maverick-17b-instruct-v1:0', 'TI>T', usProfile),

  model('MiniMax', 'MiniMax M2', 'minimax.minimax-m2', 'T>T'),

  model('Mistral AI', 'Mistral 7B Instruct', 'mistral.mistral-7b-instruct-v0:2', 'T>T'),
  model('Mistral AI', 'Mixtral 8x7B Instruct', 'mistral.mixtral-8x7b-instruct-v0:1', 'T>T'),
  model('Mistral AI', 'Mistral Large (24.02)', 'mistral.mistral-large-2402-v1:0', 'T>T'),
  model('Mistral AI', 'Mistral Small (24.02)', 'mistral.mistral-small-2402-v1:0', 'T>T'),
  model('Mistral AI', 'Mistral Large (24.07)', 'mistral.mistral-large-2407-v1:0', 'T>T'),
  model('Mistral AI', 'Pixtral Large (25.02)', 'mistral.pixtral-large-2502-v1:0', 'TI>T', {
    types: 'profile',
    profiles: ['us', 'eu'],
  }),
  model('Mistral AI', 'Mistral Large 3', 'mistral.mistral-large-3-675b-instruct', 'TI>T'),

  model('Moonshot AI', 'Kimi K2 Thinking', 'moonshot.kimi-k2-thinking', 'T>T'),
  model('NVIDIA', 'NVIDIA Nemotron Nano 9B v2', 'nvidia.nemotron-nano-9b-v2', 'T>T'),

  model('OpenAI', 'gpt-oss-120b', 'openai.gpt-oss-120b-1:0', 'T>T'),
  model('OpenAI', 'gpt-oss-20b', 'openai.gpt-oss-20b-1:0', 'T>T'),

  model('Qwen', 'Qwen3 235B A22B 2507', 'qwen.qwen3-235b-a22b-2507-v1:0', 'T>T'),
  model('Qwen', 'Qwen3 32B (dense)', 'qwen.qwen3-32b-v1:0', 'T>T'),
  model('Qwen', 'Qwen3-Coder-30B-A3B-Instruct', 'qwen.qwen3-coder-30b-a3b-v1:0', 'T>T'),
  model('Qwen', 'Qwen3 Coder 480B A35B Instruct', 'qwen.qwen3-coder-480b-a35b-v1:0', 'T>T'),

  model('Stability AI', 'SDXL 0.8', 'stability.stable-diffusion-xl-v0', 'TI>I', legacy),
  model('Stability AI', 'SDXL 1.0', 'stability.stable-diffusion-xl-v1', 'TI>I', { ...legacy, types: 'provisioned' }),
  model('Stability AI', 'Stable Diffusion 3.5 Large', 'stability.sd3-5-large-v1:0', 'TI>I'),
  model('Stability AI', 'Stable Image Core 1.0', 'stability.stable-image-core-v1:1', 'T>I'),
  model('Stability AI', 'Stable Image Ultra 1.0', 'stability.stable-image-ultra-v1:1', 'T>I'),

  model('TwelveLabs', 'Marengo Embed v2.7', 'twelvelabs.marengo-embed-2-7-v1:0', 'TIVS>E'),
  model('TwelveLabs', 'Pegasus v1.2', 'twelvelabs.pegasus-1-2-v1:0', 'TV>T', {
    types: 'profile',
    profiles: ['us', 'eu', 'global'],
  }),

  model('Writer', 'Palmyra X4', 'writer.palmyra-x4-v1:0', 'T>T', usProfile),
  model('Writer', 'Palmyra X5', 'writer.palmyra-x5-v1:0', 'T>T', usProfile),

  model('Z.AI', 'GLM 4.7', 'zai.glm-4.7', 'T>T'),
];

/** Varve's own models (contract.md, Models); told by the upstream `local`, not listed among AWS's. */
export const LOCAL_MODELS: readonly FoundationModel[] = [
  model('Varve', 'Echo', 'varve.echo-v1', 'TIVS>T'),
  model('Varve', 'Lexical embeddings', 'varve.embed-v1', 'T>E', { stream: false }),
];

const BY_ID: ReadonlyMap<string, FoundationModel> = new Map(
  [...FOUNDATION_MODELS, ...LOCAL_MODELS].map((each) => [each.modelId, each]),
);

/** Ids may carry a context window's size at the end, such as `anthropic.claude-3-haiku-20240307-v1:0:48k`. */
const CONTEXT_SUFFIX = /:(?:\d+k|mm)$/;

export function findFoundationModel(modelId: string): FoundationModel | undefined {
  return BY_ID.get(modelId) ?? BY_ID.get(modelId.replace(CONTEXT_SUFFIX, ''));
}
