export { type QueryDefinition, QueryDefinitions } from './definitions.ts';
export { CONCURRENT_MAX, GROUPS_MAX, Queries, type QueriesOptions } from './queries.ts';
export * from './types.ts';
