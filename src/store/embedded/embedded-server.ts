/** The embedded store as a server for the client: where it listens, its process, and its directory's durability. */
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { constrainedMemory } from 'node:process';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { OperationalError } from '#base';
import type { Connection } from '../connection.ts';
import type { StoreEvents } from '../events.ts';
import { BodyFiles, SPOOL_FOLDER } from './body-files.ts';
import { Supervisor } from './supervisor.ts';

const MEMORY_SHARE = 0.35;
/** Below it, inserts of a few thousand records fail. Bytes. */
const MEMORY_BYTES_MIN = 1_500_000_000;
/** Unix sockets' paths have 104 bytes on macOS, 108 on Linux, with an ending zero. */
const SOCKET_PATH_BYTES_MAX = 100;

export class EmbeddedServer {
  readonly #directory: string;
  readonly #socketPath: string;
  readonly #supervisor: Supervisor;
  #connection: Connection | undefined;

  constructor(options: { readonly dataDir: string; readonly memoryBytesMax?: number }, onEvent: StoreEvents) {
    const dataDir = resolve(options.dataDir);
    this.#directory = join(dataDir, 'engine');
    this.#socketPath = chooseSocketPath(dataDir);
    this.#supervisor = new Supervisor({
      directory: this.#directory,
      socketPath: this.#socketPath,
      memoryBytesMax: options.memoryBytesMax ?? defaultMemoryBytes(),
      onEvent,
      onUp: () => this.#connection?.retryNow(),
      onDown: (failure) => this.#connection?.markDown(failure),
    });
  }

  /** For the client. */
  get endpoint(): { url: string; socketPath: string; username: string; password: string; bodyFiles: BodyFiles } {
    const bodyFiles = new BodyFiles(join(this.#directory, SPOOL_FOLDER));
    const { token: password } = this.#supervisor;
    return { url: 'http://store', socketPath: this.#socketPath, username: 'varve', password, bodyFiles };
  }

  /** Whom to tell when the process goes and comes. */
  notify(connection: Connection): void {
    this.#connection = connection;
  }

  get failure(): OperationalError | undefined {
    return this.#supervisor.failure;
  }

  start(): Promise<void> {
    return this.#supervisor.start();
  }

  /**
   * The engine syncs the rows of its tables, not the directories that say that the tables are there: after a power cut
   * soon after CREATE, a new table would be gone.
   */
  async syncDefinitions(): Promise<void> {
    await syncTree(this.#directory);
    await unlessGone(syncPath(dirname(this.#directory)), undefined);
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop();
    rmSync(this.#socketPath, { force: true });
    if (dirname(this.#socketPath) !== dirname(this.#directory)) rmSync(dirname(this.#socketPath), { recursive: true });
  }
}

function chooseSocketPath(dataDir: string): string {
  const beside = join(dataDir, 'engine.sock');
  if (Buffer.byteLength(beside) <= SOCKET_PATH_BYTES_MAX) return beside;
  return join(mkdtempSync(join(tmpdir(), 'varve-')), 'engine.sock');
}

function defaultMemoryBytes(): number {
  const limit = constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(memory * MEMORY_SHARE, MEMORY_BYTES_MIN);
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await unlessGone(readdir(directory, { withFileTypes: true }), [])) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await unlessGone(syncPath(path), undefined);
  }
  await unlessGone(syncPath(directory), undefined);
}

async function syncPath(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

/** A part may be merged away meanwhile, with its directory. */
async function unlessGone<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return otherwise;
  }
}
