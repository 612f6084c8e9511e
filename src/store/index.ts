export type { StoreEvent, StoreEvents } from './events.ts';
export { type EmbeddedStoreOptions, openStore, type OpenStoreDeps, type UrlStoreOptions } from './open-store.ts';
export { shapeOf } from './record-shapes.ts';
export * from './types.ts';
