export * from './codec.ts';
export { ApiError } from './errors.ts';
export * from './eventstream/index.ts';
export * from './schema.ts';
export * from './types.ts';
export * from './checksums.ts';
export * from './sigv4/index.ts';
