import { Readable } from 'node:stream';
import type { Body } from './body.ts';

/** A body that is held in memory. */
export class MemoryBody implements Body {
  readonly inMemory: Buffer;
  readonly path = undefined;

  constructor(bytes: Buffer) {
    this.inMemory = bytes;
  }

  get sizeBytes(): number {
    return this.inMemory.length;
  }

  bytes(): Promise<Buffer> {
    return Promise.resolve(this.inMemory);
  }

  stream(): Readable {
    return Readable.from([this.inMemory]);
  }
}
