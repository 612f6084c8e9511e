export { NoPublicKey, keyOfDer, type PublicKeys, fingerprintOf, publicKeysOf } from './public-keys.ts';
export * from './types.ts';
export { trailFilter, verifyTrails, type VerifyOptions } from './verify.ts';
export type { TimeRange } from './walk.ts';
