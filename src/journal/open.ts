/** Opens a journal: puts its parts together. One process may open a directory (the server's lock file), and it only once. */
import { resolve } from 'node:path';
import { type Clock, type IdSource, OperationalError } from '#base';
import { FileJournal } from './file-journal.ts';
import { type FileSystem, nodeFileSystem, replaceFile } from './file-system.ts';
import { Health, unwritable } from './health.ts';
import { ChunkArena } from './pending.ts';
import { SegmentPool } from './pool.ts';
import { Reading } from './reading.ts';
import { recover, type Recovered } from './recovery.ts';
import { loadReaders, Retention } from './retention.ts';
import { DiskUsage, ReservedSpace } from './space.ts';
import { SpoolFolder } from './spool.ts';
import { Tail } from './tail.ts';
import type { Journal, RecoveryReport } from './types.ts';
import { type Durability, Writer } from './writer.ts';

/** The first segment after a start is small, so that starting does not wait for a large file. */
const FIRST_SEGMENT_BYTES = 4 * 1024 * 1024;
const NODE_ID_FILE = 'node-id';

const DEFAULTS = {
  segmentBytes: 32 * 1024 * 1024,
  sizeBytesMax: 20 * 1024 ** 3,
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
  const reading: Reading = new Reading({ fileSystem, segments, tail, arena, head: () => writer.head, clock });
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
  const onClosed = (): void => void openDirectories.delete(dir);
  const readers = await loadReaders(fileSystem, dir);
  const retention = new Retention({ directory: dir, fileSystem, segments, spool, usage, health }, readers);
  const parts = {
    fileSystem,
    health,
    usage,
    spool,
    pool,
    reserved,
    reading,
    writer,
    retention,
    segmentBytes,
    onClosed,
  };
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
