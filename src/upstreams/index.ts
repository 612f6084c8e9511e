export { type BedrockUpstreamOptions, createBedrockUpstream, type UpstreamTimeouts } from './bedrock/index.ts';
export * from './catalogue/index.ts';
export { chooseForwarder, type ChooserOptions, createChooser, LOCAL_UPSTREAM, type ModelRule } from './choose.ts';
export { errorOfFrame } from './frame-error.ts';
export { createLocalUpstream, type LocalUpstreamOptions } from './local/index.ts';
export { UpstreamRefusal } from './refusal.ts';
export * from './types.ts';
