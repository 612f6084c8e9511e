export { type BedrockUpstreamOptions, createBedrockUpstream } from './bedrock-upstream.ts';
export type { UpstreamTimeouts } from './guard.ts';
