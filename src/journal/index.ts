export { BODY_IN_MEMORY_BYTES_MAX, BodyCollector, SpooledBody } from './body.ts';
export { type FileSystem, nodeFileSystem, type OpenFile } from './file-system.ts';
export { OPEN_ENTRIES_READER, OpenEntries, type OpenEntry } from './open-entries.ts';
export { type JournalOptions, openJournal } from './open.ts';
export type { Durability } from './writer.ts';
export * from './types.ts';
