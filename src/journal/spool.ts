/**
 * Large bodies on disk beside the journal: `spool/<32 hex digits>`, 0600. A file lives as long as the entry that names it;
 * what no entry names is removed when the journal is opened.
 */
import { bug, type IdSource } from '#base';
import { type FileSystem, type OpenFile, removeIfThere } from './file-system.ts';
import type { Health } from './health.ts';
import type { DiskUsage } from './space.ts';
import type { Spool, SpoolWriter } from './types.ts';
import type { Durability } from './writer.ts';

const ID_HEX_DIGITS = 32;
const ID_PATTERN = /^[0-9a-f]{32}$/;

export interface SpoolOptions {
  readonly directory: string;
  readonly fileSystem: FileSystem;
  readonly durability: Durability;
  readonly ids: IdSource;
  readonly usage: DiskUsage;
  readonly health: Health;
}

export class SpoolFolder implements Spool {
  readonly #options: SpoolOptions;
  /** Files that no entry has named so far. */
  readonly #unnamed = new Map<string, SpoolFile>();
  #directorySync: Promise<void> | undefined;
  #directorySyncNext: Promise<void> | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  path(id: string): string {
    if (!ID_PATTERN.test(id)) bug(`"${id}" is no spool id`);
    return `${this.#options.directory}/${id}`;
  }

  async create(): Promise<SpoolWriter> {
    const { ids, usage, fileSystem, health } = this.#options;
    const id = ids.hex(ID_HEX_DIGITS);
    try {
      await usage.check(0, { mayBeOld: true });
      const file = await fileSystem.open(this.path(id), 'wx');
      const spoolFile = new SpoolFile(id, this.path(id), file, this.#options, {
        syncDirectory: () => this.#syncDirectory(),
        discarded: () => this.#unnamed.delete(id),
      });
      this.#unnamed.set(id, spoolFile);
      return spoolFile;
    } catch (error) {
      throw health.fail(error);
    }
  }

  /** An entry has named these: from now on they live as long as it does, whoever discards them. */
  keep(ids: readonly string[]): void {
    for (const id of ids) {
      this.#unnamed.get(id)?.keep();
      this.#unnamed.delete(id);
    }
  }

  /** Removes files that `named` does not hold; gives their number, and counts the others' bytes. */
  async sweep(named: ReadonlySet<string>): Promise<number> {
    const { fileSystem, directory, usage } = this.#options;
    let removed = 0;
    for (const name of await fileSystem.list(directory)) {
      if (named.has(name)) {
        usage.sizeBytes += await fileSystem.sizeBytes(`${directory}/${name}`);
        continue;
      }
      await removeIfThere(fileSystem, `${directory}/${name}`);
      removed += 1;
    }
    return removed;
  }

  /** Removes the body of an entry that every reader has passed. */
  async remove(id: string): Promise<void> {
    const { fileSystem, usage } = this.#options;
    const path = this.path(id);
    const sizeBytes = await fileSystem.sizeBytes(path).catch(() => 0);
    await removeIfThere(fileSystem, path);
    usage.sizeBytes -= sizeBytes;
  }

  /** Makes the folder's names durable; calls that come while one runs share the next. */
  #syncDirectory(): Promise<void> {
    const { fileSystem, directory } = this.#options;
    if (!this.#directorySync) {
      this.#directorySync = fileSystem.syncDirectory(directory).finally(() => {
        this.#directorySync = undefined;
      });
      return this.#directorySync;
    }
    this.#directorySyncNext ??= this.#directorySync
      .catch(() => undefined)
      .then(() => {
        this.#directorySyncNext = undefined;
        return this.#syncDirectory();
      });
    return this.#directorySyncNext;
  }
}

interface SpoolFileEvents {
  readonly syncDirectory: () => Promise<void>;
  readonly discarded: () => void;
}

class SpoolFile implements SpoolWriter {
  readonly id: string;
  readonly path: string;
  readonly #options: SpoolOptions;
  readonly #events: SpoolFileEvents;
  #file: OpenFile | undefined;
  #writing: Promise<void> = Promise.resolve();
  #discarded = false;
  #kept = false;
  sizeBytes = 0;

  constructor(id: string, path: string, file: OpenFile, options: SpoolOptions, events: SpoolFileEvents) {
    this.id = id;
    this.path = path;
    this.#file = file;
    this.#options = options;
    this.#events = events;
  }

  /** Writes go one after the other, in the order of the calls. */
  write(chunk: Uint8Array): Promise<void> {
    const position = this.sizeBytes;
    this.sizeBytes += chunk.length;
    const before = this.#writing;
    this.#writing = this.#writeAfter(before, chunk, position);
    // A caller that does not wait must not make an unhandled rejection: `commit` fails then.
    this.#writing.catch(() => undefined);
    return this.#writing;
  }

  async #writeAfter(before: Promise<void>, chunk: Uint8Array, position: number): Promise<void> {
    await before;
    const { usage, health } = this.#options;
    try {
      await usage.check(chunk.length, { mayBeOld: true });
      const file = this.#file ?? bug('a spool file is written after its end');
      usage.sizeBytes += chunk.length;
      await file.write([chunk], position);
    } catch (error) {
      throw health.fail(error);
    }
  }

  async commit(): Promise<void> {
    await this.#writing;
    const file = this.#file;
    if (!file) return;
    try {
      if (this.#options.durability === 'fsync') await file.datasync();
      this.#file = undefined;
      await file.close();
      if (this.#options.durability === 'fsync') await this.#events.syncDirectory();
    } catch (error) {
      throw this.#options.health.fail(error);
    }
  }

  /** See {@link SpoolFolder.keep}. */
  keep(): void {
    this.#kept = true;
  }

  async discard(): Promise<void> {
    if (this.#discarded || this.#kept) return;
    this.#discarded = true;
    this.#events.discarded();
    await this.#writing.catch(() => undefined);
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
    await removeIfThere(this.#options.fileSystem, this.path).catch(() => undefined);
    this.#options.usage.sizeBytes -= this.sizeBytes;
  }
}
