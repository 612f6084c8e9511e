export { splitListen } from './listen.ts';
export { checkConfig, type Flags, loadConfig, nearestWord } from './load.ts';
export { type BedrockUpstreamConfig, type Config, configSchema } from './schema.ts';
export { type RootKey, rootKeys, serverKey } from './root-keys.ts';
