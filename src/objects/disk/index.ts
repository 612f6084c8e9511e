export { openDiskObjects, type DiskObjectsOptions } from './open.ts';
export type { DiskObjects } from './disk-objects.ts';
