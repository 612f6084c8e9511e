/** The journal as its users see it: what each call asks of which part. */
import { bug, sleep } from '#base';
import { type FileSystem, removeIfThere } from './file-system.ts';
import { entrySizeBytes } from './format.ts';
import type { Health } from './health.ts';
import { PendingEntry } from './pending.ts';
import type { SegmentPool } from './pool.ts';
import type { Reading } from './reading.ts';
import type { Retention } from './retention.ts';
import { type DiskUsage, HeldReservation, type ReservedSpace } from './space.ts';
import type { SpoolFolder } from './spool.ts';
import type {
  AppendOptions,
  Journal,
  JournalEntryInput,
  ReadOptions,
  ReadResult,
  RecoveryReport,
  Reservation,
  Sequence,
} from './types.ts';
import type { Writer } from './writer.ts';

/** How often a failed journal is looked at, so that it heals without traffic. */
const PROBE_INTERVAL_MS = 500;
const KIND_MAX = 255;
const PROBE_FILE = 'probe';

export interface JournalParts {
  readonly fileSystem: FileSystem;
  readonly health: Health;
  readonly usage: DiskUsage;
  readonly spool: SpoolFolder;
  readonly pool: SegmentPool;
  readonly reserved: ReservedSpace;
  readonly reading: Reading;
  readonly writer: Writer;
  readonly retention: Retention;
  readonly segmentBytes: number;
  readonly onClosed: () => void;
}

export class FileJournal implements Journal {
  readonly nodeId: string;
  readonly recovery: RecoveryReport;
  readonly #directory: string;
  readonly #parts: JournalParts;
  readonly #closing = new AbortController();
  #probing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(directory: string, nodeId: string, parts: JournalParts, recovery: RecoveryReport) {
    this.#directory = directory;
    this.nodeId = nodeId;
    this.#parts = parts;
    this.recovery = recovery;
    parts.health.onFailure(() => {
      this.#probing ??= this.#probeUntilWell().finally(() => {
        this.#probing = undefined;
      });
    });
  }

  /** A disk that is full at the start is a failure that heals, not one that keeps the server from starting. */
  async start(firstSegmentBytes: number): Promise<void> {
    const { pool, writer, health } = this.#parts;
    try {
      await pool.prepare(0, firstSegmentBytes);
      await writer.start();
    } catch (error) {
      health.fail(error);
    }
  }

  get spool(): SpoolFolder {
    return this.#parts.spool;
  }
  get head(): Sequence {
    return this.#parts.writer.head;
  }
  get sizeBytes(): number {
    return this.#parts.usage.sizeBytes;
  }
  get failure(): string | undefined {
    return this.#parts.health.failure;
  }
  get readers(): ReadonlyMap<string, Sequence> {
    return this.#parts.retention.readers;
  }

  append(entry: JournalEntryInput, options: AppendOptions = {}): Promise<Sequence> {
    const { routes = [], attachments = [], kind, payload: pieces } = entry;
    if (!Number.isInteger(kind) || kind < 0 || kind > KIND_MAX) bug(`entry kind ${kind} is not 0–${KIND_MAX}`);
    let payloadBytes = 0;
    for (const piece of pieces) payloadBytes += piece.length;
    const sizeBytes = entrySizeBytes(routes, attachments, payloadBytes);
    const reservation = options.reservation instanceof HeldReservation ? options.reservation : undefined;
    const until = options.until ?? 'durable';
    const input = { kind, routes, attachments, pieces, sizeBytes, until, reservation };
    const { writer, spool } = this.#parts;
    return new Promise((resolve_, reject) => {
      const written = (sequence: Sequence): void => {
        spool.keep(attachments);
        resolve_(sequence);
      };
      writer.add(new PendingEntry(input, attachments.length === 0 ? resolve_ : written, reject));
    });
  }

  async reserve(bytes: number): Promise<Reservation> {
    const { reserved, writer, pool, health } = this.#parts;
    const needed = reserved.needs(bytes);
    while (writer.reservableBytes(needed) - reserved.bytes < needed) {
      try {
        await pool.prepare(reserved.segmentBytesFor(bytes));
      } catch (error) {
        throw health.fail(error);
      }
    }
    return reserved.hold(bytes);
  }

  read(options: ReadOptions): Promise<ReadResult> {
    return this.#parts.reading.read(options);
  }
  bytesAfter(sequence: Sequence): number {
    return this.#parts.reading.bytesAfter(sequence);
  }
  holdFrom(reader: string, sequence: Sequence): void {
    this.#parts.retention.holdFrom(reader, sequence);
  }
  releaseReader(reader: string): void {
    this.#parts.retention.release(reader);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close().finally(this.#parts.onClosed);
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { reading, writer, pool, retention } = this.#parts;
    this.#closing.abort();
    reading.close();
    await writer.close();
    await this.#probing;
    await retention.close();
    await pool.close();
  }

  async #probeUntilWell(): Promise<void> {
    const { health } = this.#parts;
    const { signal } = this.#closing;
    while (health.failure !== undefined && !signal.aborted) {
      await sleep(PROBE_INTERVAL_MS, signal);
      if (!signal.aborted)
        await this.#probe().then(
          () => health.heal(),
          (error: unknown) => health.fail(error),
        );
    }
  }

  /** Does what appending needs: a prepared segment, and a write that reaches the disk. */
  async #probe(): Promise<void> {
    const { pool, usage, fileSystem, segmentBytes } = this.#parts;
    if (pool.ready.length === 0) await pool.prepare(0);
    else await usage.check(segmentBytes);
    const path = `${this.#directory}/${PROBE_FILE}`;
    await removeIfThere(fileSystem, path);
    const file = await fileSystem.open(path, 'w');
    try {
      await file.write([Buffer.alloc(4096)], 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await removeIfThere(fileSystem, path);
  }
}
