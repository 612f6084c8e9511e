/** Opens a journal: puts its parts together. One process may open a directory (the server's lock file), and it only once. */
import { resolve } from 'node:path';
import { bug, type Clock, type IdSource, OperationalError, sleep } from '#base';
import { type FileSystem, nodeFileSystem, removeIfThere, replaceFile } from './file-system.ts';
import { entrySizeBytes } from './format.ts';
import { Health, unwritable } from './health.ts';
import { ChunkArena, PendingEntry } from './pending.ts';
import { SegmentPool } from './pool.ts';
import { Reading } from './reading.ts';
import { recover, type Recovered } from './recovery.ts';
import { loadReaders, Retention } from './retention.ts';
import { DiskUsage, HeldReservation, ReservedSpace } from './space.ts';
import { SpoolFolder } from './spool.ts';
import { Tail } from './tail.ts';
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
import { type Durability, Writer } from './writer.ts';

/** The first segment after a start is small, so that starting does not wait for a large file. */
const FIRST_SEGMENT_BYTES = 4 * 1024 * 1024;
/** How often a failed journal is looked at, so that it heals without traffic. */
const PROBE_INTERVAL_MS = 500;
const KIND_MAX = 255;
const PROBE_FILE = 'probe';
const NODE_ID_FILE = 'node-id';

const DEFAULTS = {
  segmentBytes: 32 * 1024 * 1024,
  sizeBytesMax: 64 * 1024 ** 3,
  minFreeBytes: 256 * 1024 ** 2,
  tailBytesMax: 32 * 1024 * 1024,
} as const;

export interface JournalOptions {
  readonly dir: string;
  /** `fsync`: an entry is acknowledged when fdatasync has returned; `os`: when the operating system has it. */
  readonly durability: Durability;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly segmentBytes?: number;
  /** Bytes that segments and spool may take together. */
  readonly sizeBytesMax?: number;
  /** Bytes that must stay free on the disk. */
  readonly minFreeBytes?: number;
  /** Memory for the latest entries. */
  readonly tailBytesMax?: number;
  readonly fileSystem?: FileSystem;
}

const openDirectories = new Set<string>();

/**
 * Opens (or makes) the journal in `options.dir`.
 * @throws {OperationalError} `journal-open` when this process has it open; `journal-unwritable`, `journal-damaged`, `journal-newer`
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const directory = resolve(options.dir);
  if (openDirectories.has(directory)) {
    throw new OperationalError('journal-open', `the journal in ${directory} is open already`, 'Close it first.');
  }
  openDirectories.add(directory);
  try {
    return await assemble({ ...options, dir: directory });
  } catch (error) {
    openDirectories.delete(directory);
    throw unwritable(directory, error);
  }
}

async function assemble(options: JournalOptions): Promise<Journal> {
  const { dir, durability, clock, ids, fileSystem = nodeFileSystem } = options;
  const settings = { ...DEFAULTS, ...options };
  await fileSystem.makeDirectory(`${dir}/spool`);
  const nodeId = await loadNodeId(fileSystem, dir, ids);
  const recovered = await recover(fileSystem, dir, durability);
  const { segments } = recovered;
  const health = new Health(dir);
  const usage = new DiskUsage(dir, fileSystem, settings, clock);
  for (const segment of segments) usage.sizeBytes += segment.sizeBytes;
  const spool = new SpoolFolder({ directory: `${dir}/spool`, fileSystem, durability, ids, usage, health });
  const named = new Set(segments.flatMap((segment) => segment.attachments.map((attachment) => attachment.id)));
  const spoolFilesRemoved = await spool.sweep(named);
  const { segmentBytes } = settings;
  const poolOptions = { directory: dir, fileSystem, durability, segmentBytes, usage, clock };
  const pool = new SegmentPool(poolOptions, recovered.nextOrdinal);
  const reserved = new ReservedSpace();
  const arena = new ChunkArena();
  const tail = new Tail(arena, settings.tailBytesMax, recovered.head);
  const reading: Reading = new Reading({ fileSystem, segments, tail, head: () => writer.head, clock });
  const writer: Writer = new Writer(
    {
      durability,
      fileSystem,
      nodeId,
      clock,
      pool,
      reserved,
      usage,
      health,
      arena,
      newSalt: () => Number.parseInt(ids.hex(8), 16),
      segments,
      onVisible: (entries) => {
        tail.push(entries);
        reading.wake();
      },
    },
    recovered.head,
  );
  const readers = await loadReaders(fileSystem, dir);
  const retention = new Retention({ directory: dir, fileSystem, segments, spool, usage, health }, readers);
  const parts = { fileSystem, health, usage, spool, pool, reserved, reading, writer, retention, segmentBytes, clock };
  const journal = new FileJournal(dir, nodeId, parts, reportOf(recovered, spoolFilesRemoved));
  await journal.start(Math.min(FIRST_SEGMENT_BYTES, segmentBytes));
  return journal;
}

function reportOf(recovered: Recovered, spoolFilesRemoved: number): RecoveryReport {
  return { entries: recovered.entries, lost: recovered.lost, spoolFilesRemoved };
}

async function loadNodeId(fileSystem: FileSystem, directory: string, ids: IdSource): Promise<string> {
  if ((await fileSystem.list(directory)).includes(NODE_ID_FILE)) {
    const kept = (await fileSystem.readFile(`${directory}/${NODE_ID_FILE}`)).toString('latin1').trim();
    if (/^[0-9a-f]{8}$/.test(kept)) return kept;
  }
  const made = ids.hex(8);
  await replaceFile(fileSystem, directory, NODE_ID_FILE, Buffer.from(`${made}\n`));
  return made;
}

interface Parts {
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
  readonly clock: Clock;
}

class FileJournal implements Journal {
  readonly nodeId: string;
  readonly recovery: RecoveryReport;
  readonly #directory: string;
  readonly #parts: Parts;
  readonly #closing = new AbortController();
  #probing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(directory: string, nodeId: string, parts: Parts, recovery: RecoveryReport) {
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
    return new Promise((resolve_, reject) => {
      this.#parts.writer.add(new PendingEntry(input, resolve_, reject));
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
    this.#closed ??= this.#close().finally(() => openDirectories.delete(this.#directory));
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
