export {
  type DigestStatus,
  type FollowedTrail,
  REGIONS_MAX,
  TrailDigests,
  type TrailDigestsOptions,
} from './digests.ts';
export * from './types.ts';
