export * from './digests/index.ts';
export * from './keys/index.ts';
export * from './ports.ts';
export { DEFAULT_SELECTORS } from './selectors/index.ts';
export type { GivenSettings } from './settings.ts';
export { type GivenTag, withoutTags, withTags } from './tags.ts';
export { CLOUDTRAIL_PRINCIPAL, keyBase, logStreamName } from './targets.ts';
export { type NewTrail, Trails, type TrailsOptions, TRAILS_PER_REGION_MAX } from './trails.ts';
export * from './types.ts';
