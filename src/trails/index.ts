export * from './digests/index.ts';
export * from './keys/index.ts';
export * from './types.ts';
