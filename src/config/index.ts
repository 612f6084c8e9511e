export { checkConfig, type Flags, loadConfig, nearestWord } from './load.ts';
export { type BedrockUpstreamConfig, type Config, configSchema } from './schema.ts';
