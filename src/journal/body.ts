/** Bodies that are large: they go to the spool while they stream, so that memory does not depend on their size. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Body, MemoryBody } from '#base';
import type { Spool, SpoolWriter } from './types.ts';

/** Bodies up to this size stay in memory. */
export const BODY_IN_MEMORY_BYTES_MAX = 256 * 1024;
const READ_STEP_BYTES = 256 * 1024;

/** A body in a spool file. Whoever owns the request discards `writer`, unless a journal entry named its id. */
export class SpooledBody implements Body {
  readonly inMemory = undefined;
  readonly writer: SpoolWriter;

  constructor(writer: SpoolWriter) {
    this.writer = writer;
  }

  get path(): string {
    return this.writer.path;
  }

  get sizeBytes(): number {
    return this.writer.sizeBytes;
  }

  bytes(): Promise<Buffer> {
    return readFile(this.writer.path);
  }

  stream(): Readable {
    return createReadStream(this.writer.path, { highWaterMark: READ_STEP_BYTES });
  }
}

/** Gathers a body chunk by chunk; moves to the spool once it is large. */
export class BodyCollector {
  readonly #spool: Spool;
  readonly #inMemoryBytesMax: number;
  #chunks: Buffer[] = [];
  #writer: SpoolWriter | undefined;
  sizeBytes = 0;

  constructor(spool: Spool, inMemoryBytesMax = BODY_IN_MEMORY_BYTES_MAX) {
    this.#spool = spool;
    this.#inMemoryBytesMax = inMemoryBytesMax;
  }

  /** Takes a chunk; a promise means: wait for it before giving the next. */
  add(chunk: Buffer): Promise<void> | undefined {
    this.sizeBytes += chunk.length;
    if (this.#writer) return this.#writer.write(chunk);
    this.#chunks.push(chunk);
    return this.sizeBytes > this.#inMemoryBytesMax ? this.#spill() : undefined;
  }

  finish(): Body {
    if (this.#writer) return new SpooledBody(this.#writer);
    const [only] = this.#chunks;
    return new MemoryBody(this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks));
  }

  /** Forgets what was gathered, for bodies that broke off. */
  async discard(): Promise<void> {
    this.#chunks = [];
    await this.#writer?.discard();
  }

  async #spill(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#writer = await this.#spool.create();
    for (const chunk of chunks) await this.#writer.write(chunk);
  }
}
