export * from './policy/index.ts';
export * from './types.ts';
