export { type QueryDefinition, QueryDefinitions } from './definitions.ts';
export { WrongCsv } from './csv.ts';
export { LookupTableRefused, LookupTables, type LookupTableView } from './lookup-tables.ts';
export { CONCURRENT_MAX, GROUPS_MAX, OPEN_SEARCH_CONCURRENT_MAX, Queries, type QueriesOptions } from './queries.ts';
export * from './types.ts';
