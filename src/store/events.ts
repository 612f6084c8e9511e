/** What the store tells about itself as it happens; the composition root hands it to telemetry. Never holds data. */
export type StoreEvent =
  | { name: 'store.started'; level: 'info'; pid: number; engineVersion: string; startMs: number }
  | { name: 'store.failed'; level: 'error'; failure: string }
  | { name: 'store.restarting'; level: 'info'; delayMs: number }
  | { name: 'store.ready'; level: 'info'; schemaVersion: number }
  | { name: 'store.inserted'; level: 'debug'; table: string; rows: number; bytes: number; durationMs: number }
  /** A batch that was tried before was found whole, absent, or in part (then removed and inserted anew). */
  | { name: 'store.retried'; level: 'debug'; table: string; found: 'all' | 'none' | 'part' }
  /** Rows whose derived attributes the engine refused; they were stored without. */
  | { name: 'store.attributes-dropped'; level: 'warn'; table: string; rows: number };

export type StoreEvents = (event: StoreEvent) => void;
