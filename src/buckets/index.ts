export { isBucketName } from './names.ts';
export {
  Buckets,
  BUCKETS_PER_ACCOUNT_MAX,
  type BucketsOptions,
  type NewBucket,
  type PutAsService,
} from './registry.ts';
export { isPublicPolicy, parseBucketPolicy } from './policy.ts';
export * from './types.ts';
