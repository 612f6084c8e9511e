export { type KeyPage, type KeyPlace, KEYS_MAX, type SigningKey, TrailSigningKeys } from './signing-keys.ts';
export * from './types.ts';
