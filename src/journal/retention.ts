/**
 * Deletes segments that every registered reader has passed, with the spool files that their entries name.
 *
 * The readers' names and positions are kept in the file `readers` (JSON: name → sequence), so that a segment is safe from the
 * moment the journal is opened, before its readers have registered again. With no reader registered nothing is deleted.
 */
import { type FileSystem, replaceFile } from './file-system.ts';
import { removeSegment } from './index-file.ts';
import type { Health } from './health.ts';
import type { Segment } from './segment.ts';
import type { DiskUsage } from './space.ts';
import type { SpoolFolder } from './spool.ts';
import type { Sequence } from './types.ts';

const READERS_FILE = 'readers';

export interface RetentionOptions {
  readonly directory: string;
  readonly fileSystem: FileSystem;
  readonly segments: Segment[];
  readonly spool: SpoolFolder;
  readonly usage: DiskUsage;
  readonly health: Health;
}

/** Reads the positions that an earlier run kept. */
export async function loadReaders(fileSystem: FileSystem, directory: string): Promise<Map<string, Sequence>> {
  const names = await fileSystem.list(directory);
  if (!names.includes(READERS_FILE)) return new Map();
  const kept: unknown = JSON.parse((await fileSystem.readFile(`${directory}/${READERS_FILE}`)).toString('utf8'));
  const entries = Object.entries(kept as Record<string, unknown>);
  return new Map(entries.map(([name, sequence]) => [name, Number(sequence)]));
}

export class Retention {
  readonly #options: RetentionOptions;
  readonly #readers: Map<string, Sequence>;
  #working: Promise<void> | undefined;
  #again = false;
  #namesChanged = false;
  #closed = false;

  constructor(options: RetentionOptions, readers: Map<string, Sequence>) {
    this.#options = options;
    this.#readers = readers;
  }

  get readers(): ReadonlyMap<string, Sequence> {
    return this.#readers;
  }

  holdFrom(reader: string, sequence: Sequence): void {
    const known = this.#readers.get(reader);
    if (known !== undefined && known >= sequence) return;
    this.#readers.set(reader, sequence);
    if (known === undefined) this.#namesChanged = true;
    if (known === undefined || this.#deletable() !== undefined) this.#work();
  }

  release(reader: string): void {
    if (!this.#readers.delete(reader)) return;
    this.#namesChanged = true;
    this.#work();
  }

  /** Resolves when no deletion is under way. */
  async settle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.settle();
    if (this.#readers.size > 0) await this.#keepReaders().catch(() => undefined);
  }

  #work(): void {
    this.#again = true;
    if (this.#closed) return;
    this.#working ??= this.#collect()
      .catch((error: unknown) => {
        this.#options.health.fail(error);
      })
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #collect(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      if (this.#namesChanged || this.#deletable()) await this.#keepReaders();
      for (let segment = this.#deletable(); segment; segment = this.#deletable()) await this.#delete(segment);
    }
  }

  /** The oldest segment, when every reader has passed it and a later one keeps the sequences. */
  #deletable(): Segment | undefined {
    const [oldest, ...later] = this.#options.segments;
    if (!oldest || oldest.file || this.#readers.size === 0) return undefined;
    if (!later.some((segment) => segment.isAnchored)) return undefined;
    for (const passed of this.#readers.values()) if (passed < oldest.last) return undefined;
    return oldest;
  }

  async #delete(segment: Segment): Promise<void> {
    const { segments, spool, fileSystem, usage } = this.#options;
    segments.splice(segments.indexOf(segment), 1);
    for (const id of this.#onlyNamedBy(segment)) await spool.remove(id);
    await removeSegment(fileSystem, segment.path);
    usage.sizeBytes -= segment.sizeBytes;
  }

  /** A body that a later entry names too lives on with that one. */
  #onlyNamedBy(segment: Segment): Set<string> {
    const ids = new Set(segment.attachments.map(({ id }) => id));
    if (ids.size === 0) return ids;
    for (const later of this.#options.segments) for (const { id } of later.attachments) ids.delete(id);
    return ids;
  }

  async #keepReaders(): Promise<void> {
    this.#namesChanged = false;
    const { fileSystem, directory } = this.#options;
    const text = JSON.stringify(Object.fromEntries(this.#readers));
    await replaceFile(fileSystem, directory, READERS_FILE, Buffer.from(text));
  }
}
