export { type DiskObjects, type DiskObjectsOptions, openDiskObjects } from './disk/index.ts';
export { openS3Objects, type S3Objects, type S3ObjectsOptions } from './s3/index.ts';
export { PART_BYTES_MIN } from './multipart.ts';
export * from './types.ts';
