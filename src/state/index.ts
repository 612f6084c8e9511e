export { openState } from './open.ts';
export * from './types.ts';
