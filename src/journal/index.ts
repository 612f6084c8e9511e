export { BODY_IN_MEMORY_BYTES_MAX, BodyCollector, SpooledBody } from './body.ts';
export { type FileSystem, nodeFileSystem, type OpenFile } from './file-system.ts';
export { type JournalOptions, openJournal } from './open.ts';
export type { Durability } from './writer.ts';
export * from './types.ts';
