export * from './codec.ts';
export {
  decodeRequest,
  decodeUnchecked,
  type DecodeOptions,
  decompressBody,
  encodeError,
  encodeResponse,
  type ResponseOptions,
} from './dispatch.ts';
export { ApiError } from './errors.ts';
export { hasBlobPayload, hasStreamingInput } from './operation-facts.ts';
export { restJsonCodec } from './json.ts';
export { needsFormBody, type RoutedService, type RouteHints, Router, routeRequest } from './router.ts';
export { s3Address, type S3Address } from './routing/s3-address.ts';
export { scopeService } from './routing/service-hints.ts';
export * from './schema.ts';
export { loadService, SERVICE_NAMES } from './services.ts';
export * from './types.ts';
export type * from './generated/operations.ts';
export * from './eventstream/index.ts';
export * from './sigv4/index.ts';
