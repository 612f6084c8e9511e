export { csvCell, type EventFile, eventFile, type EventFormat, isEventFormat } from './event-files.ts';
export {
  type EventFilter,
  EventHistory,
  type EventHistoryOptions,
  type EventPage,
  HISTORY_DAYS,
} from './event-history.ts';
export { HISTORY_READER, HistoryWriter, type HistoryWriterOptions } from './history-writer.ts';
export type { LookupInput } from './lookup.ts';
export { usernameOf } from './username.ts';
