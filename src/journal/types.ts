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
  /** Removes the file: for bodies that no entry will name. Idempotent. */
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
   * or gives `[]` with `nextAfter` = `after` when `signal` aborts. With `route`, only entries addressed to it (or of `kinds`)
   * are given, and `nextAfter` still moves past the others.
   */
  read(options: ReadOptions): Promise<{ entries: JournalEntry[]; nextAfter: Sequence }>;
  /** Registers a reader's position: segments that a reader still needs are kept. Idempotent; `sequence` never goes back. */
  holdFrom(reader: string, sequence: Sequence): void;
  /** Forgets a reader: its position holds no segment any more. */
  releaseReader(reader: string): void;
  /** Bytes on disk (segments and spool). */
  readonly sizeBytes: number;
  /** Undefined when well, else why entries cannot be written, in words. */
  readonly failure: string | undefined;
  close(): Promise<void>;
}

export interface ReadOptions {
  readonly after: Sequence;
  readonly maxBytes: number;
  /** Only entries addressed to this route … */
  readonly route?: string;
  /** … or, without a route, only entries of these kinds (all when absent). */
  readonly kinds?: readonly number[];
  readonly signal?: AbortSignal;
  /** How long to wait for a first entry before giving back none: milliseconds; default: until the signal. */
  readonly waitMs?: number;
}
