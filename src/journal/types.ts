/** The number of an entry: 1 for the first, one more for each; never used twice, gaps only where a gap marker says so. */
export type Sequence = number;

/** What the journal stores; it does not know what an entry means. */
export interface JournalEntryInput {
  /** 0–255; see `#records` entry kinds. */
  readonly kind: number;
  /** The readers that this entry is addressed to besides those that read everything; short ASCII route names, at most 8. */
  readonly routes?: readonly string[];
  /** Pieces are written one after the other without being joined. */
  readonly payload: readonly Uint8Array[];
  /** Ids of spilled bodies (see {@link Spool}) that live as long as the entry does. */
  readonly attachments?: readonly string[];
}

export interface JournalEntry {
  readonly sequence: Sequence;
  /** When it was written: milliseconds since the epoch. */
  readonly writtenMs: number;
  readonly kind: number;
  readonly routes: readonly string[];
  readonly payload: Buffer;
  readonly attachments: readonly string[];
}

export interface AppendOptions {
  /** `durable` (default): resolves when the mode's promise holds (fdatasync returned, or `os`). `written`: resolves when the OS has it. */
  readonly until?: 'durable' | 'written';
  /** The reservation whose space this entry uses (see `reserve`). */
  readonly reservation?: Reservation;
}

/** Space that is kept free for an entry that must not fail for want of it: the end of a begun call. */
export interface Reservation {
  release(): void;
}

/** Large bodies on disk beside the journal, written while they stream; files 0600. */
export interface Spool {
  /** Opens a new spill file. */
  create(): Promise<SpoolWriter>;
  /** The path of a committed body, for reading. */
  path(id: string): string;
}
export interface SpoolWriter {
  readonly id: string;
  readonly path: string;
  readonly sizeBytes: number;
  write(chunk: Uint8Array): Promise<void>;
  /** Makes the bytes durable (fdatasync under `fsync`). After this an entry may name the id as attachment. */
  commit(): Promise<void>;
  /** Removes the file, unless an entry that was appended names it. Idempotent; whoever made the body may always call it at the end. */
  discard(): Promise<void>;
}

export interface Journal {
  readonly spool: Spool;
  /** The id of this node, kept in the data directory: 8 lower-case hex digits, part of object names. */
  readonly nodeId: string;
  /** The last sequence that readers may see (durable), 0 when empty. */
  readonly head: Sequence;
  /**
   * Appends an entry and resolves with its sequence.
   * @throws {OperationalError} `journal-unwritable` (disk full, unwritable): nothing was recorded
   */
  append(entry: JournalEntryInput, options?: AppendOptions): Promise<Sequence>;
  /** Reserves disk space for `bytes`. @throws {OperationalError} `journal-unwritable` when there is none */
  reserve(bytes: number): Promise<Reservation>;
  /**
   * Entries with sequence > `after` and ≤ head, oldest first, until `maxBytes` of payload is reached; waits until there is one,
   * or gives `[]` when `signal` aborts or `waitMs` is over (`nextAfter` has then moved past entries that are not for this reader). With `route`, only entries addressed to it (or of `kinds`)
   * are given, and `nextAfter` still moves past the others.
   */
  read(options: ReadOptions): Promise<ReadResult>;
  /** Registers a reader's position: segments that a reader still needs are kept. Idempotent; `sequence` never goes back. */
  holdFrom(reader: string, sequence: Sequence): void;
  /** Forgets a reader: its position holds no segment any more. */
  releaseReader(reader: string): void;
  /** The names of all registered readers, those of earlier runs included. */
  readonly readers: ReadonlyMap<string, Sequence>;
  /** Bytes that the entries after `sequence` take; on disk to within 64 KiB. */
  bytesAfter(sequence: Sequence): number;
  /** What opening found. */
  readonly recovery: RecoveryReport;
  /** Bytes on disk (segments and spool). */
  readonly sizeBytes: number;
  /** Undefined when well, else why entries cannot be written, in words. */
  readonly failure: string | undefined;
  close(): Promise<void>;
}

export interface ReadResult {
  readonly entries: JournalEntry[];
  readonly nextAfter: Sequence;
  /** Stretches between `after` and `nextAfter` that could not be read: never skipped in silence. */
  readonly lost: readonly LostEntries[];
  /**
   * Gives the memory of the entries back at once: neither they nor views into their payloads may be used after that. A reader of
   * much should; else the collector does it in its own time.
   */
  readonly release: () => void;
}

/** Entries that are not there: damaged on disk, or released before this reader was registered. */
export interface LostEntries {
  readonly firstSequence: Sequence;
  readonly lastSequence: Sequence;
  readonly reason: 'damaged' | 'released';
}

export interface RecoveryReport {
  /** Entries recovered from disk. */
  readonly entries: number;
  /** Acknowledged entries that are damaged: the operator must hear of them. */
  readonly lost: readonly LostEntries[];
  /** Spool files that no entry names, removed. */
  readonly spoolFilesRemoved: number;
}

export interface ReadOptions {
  readonly after: Sequence;
  readonly maxBytes: number;
  readonly maxEntries?: number;
  /**
   * Before looking, waits until the journal has so many entries or bytes after `after` (addressed to this reader or not), or
   * `waitMs` is over: for readers that gather batches and need not see each entry as it comes.
   */
  readonly gather?: { readonly entries?: number; readonly bytes?: number };
  /** Only entries addressed to this route … */
  readonly route?: string;
  /** … or, without a route, only entries of these kinds (all when absent). */
  readonly kinds?: readonly number[];
  readonly signal?: AbortSignal;
  /** How long to wait for a first entry before giving back none: milliseconds; default: until the signal. */
  readonly waitMs?: number;
}
