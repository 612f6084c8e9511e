export { eventBytes } from './batch.ts';
export * as logErrors from './errors.ts';
export type { FilterEventsInput, FilterEventsOutput, GetEventsInput, GetEventsOutput } from './event-reader.ts';
export type { NewGroup } from './group-registry.ts';
export { type DeliveryTarget, LogGroups, type LogGroupsDependencies } from './log-groups.ts';
export { READ_WAIT_MS, type StoredUpTo } from './store-view.ts';
export type { ListedStream, ListStreamsInput, ListStreamsOutput } from './stream-listing.ts';
export type { PageTokens } from './tokens.ts';
export * from './types.ts';
