export { splitListen } from './listen.ts';
export { checkConfig, type Flags, loadConfig, nearestWord } from './load.ts';
export { type BedrockUpstreamConfig, type Config, configSchema } from './schema.ts';
export { findRootKey, type RootKey, rootKeys } from './root-keys.ts';
export { serverKey, serverKeyExposure, serverKeyPath } from './server-key.ts';
