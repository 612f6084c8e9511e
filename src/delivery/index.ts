export {
  type BuiltInReader,
  DELIVERY_DEFAULTS,
  DeliveryManager,
  type DeliveryManagerOptions,
  type DeliverySettings,
  STORE_RETRY,
} from './manager.ts';
export { ATTEMPT_METRICS, hourPrefix } from './names.ts';
export type { EntryRenderer } from './render.ts';
export { STORE_BATCH, storeSink, type StoreRows, type StoreSinkOptions } from './store-sink.ts';
export * from './types.ts';
