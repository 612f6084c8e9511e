export { type DataLock, lockDataDirectory } from './data-lock.ts';
export { openState } from './open.ts';
export * from './types.ts';
