/** Bodies that are large: they go to the spool while they stream, so that memory does not depend on their size. */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Body, JsonThinner, MemoryBody, type ThinJson } from '#base';
import type { Spool, SpoolWriter } from './types.ts';

/** Bodies up to this size stay in memory. */
export const BODY_IN_MEMORY_BYTES_MAX = 256 * 1024;
const READ_STEP_BYTES = 256 * 1024;
/** A stream has several new buffers of this size under way, for every connection: with 256 KiB, 32 of them took 15 MiB more. */
const STREAM_STEP_BYTES = 64 * 1024;
const MARK_BYTES = 12;

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
    return createReadStream(this.writer.path, { highWaterMark: STREAM_STEP_BYTES });
  }

  /** Reads bytes `start` to `end` (exclusive), or all; `take` gets them in a buffer that is used again for the next ones. */
  async each(take: (chunk: Buffer) => Promise<void> | void, start = 0, end = this.sizeBytes): Promise<void> {
    const file = await open(this.writer.path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(Math.min(READ_STEP_BYTES, end - start));
      for (let at = start; at < end;) {
        const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at);
        if (bytesRead === 0) throw new Error('a spilled body is shorter than it was');
        const waiting = take(buffer.subarray(0, bytesRead));
        if (waiting) await waiting;
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  /**
   * The body's JSON text without its long strings.
   * @throws {ThinningFailure}
   */
  async thinned(): Promise<ThinJson> {
    const thinner = new JsonThinner(randomBytes(MARK_BYTES).toString('hex'));
    await this.each((chunk) => thinner.push(chunk));
    return thinner.finish();
  }
}

/** Gathers a body chunk by chunk; moves to the spool once it is large. */
export class BodyCollector {
  readonly #spool: Spool;
  readonly #inMemoryBytesMax: number;
  #chunks: Buffer[] = [];
  #writer: SpoolWriter | undefined;
  #spilling: Promise<void> | undefined;
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
    if (this.sizeBytes <= this.#inMemoryBytesMax) return undefined;
    this.#spilling = this.#spill();
    return this.#spilling;
  }

  finish(): Body {
    if (this.#writer) return new SpooledBody(this.#writer);
    const [only] = this.#chunks;
    return new MemoryBody(this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks));
  }

  /** Forgets what was gathered, for bodies that broke off. */
  async discard(): Promise<void> {
    this.#chunks = [];
    // A file that is only being made would be nobody's afterwards.
    await this.#spilling?.catch(() => undefined);
    await this.#writer?.discard();
  }

  async #spill(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#writer = await this.#spool.create();
    for (const chunk of chunks) await this.#writer.write(chunk);
  }
}
