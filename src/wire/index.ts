export { ApiError } from './errors.ts';
export * from './schema.ts';
export * from './types.ts';
