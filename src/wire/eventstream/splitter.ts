/**
 * Splits a byte stream into event-stream frames, whatever the chunks: frames that lie within one chunk are views
 * of it (nothing is copied), a frame that spans chunks is gathered in one buffer that grows with what has come,
 * never with what a length field claims.
 */
import { decodeWhole, frameLength, PRELUDE_BYTES } from './frame.ts';
import type { EventFrame } from './frame.ts';
import { decodeHeaders, type FrameHeaders, malformedFrame } from './headers.ts';

export interface FrameSplitter {
  /**
   * The frames that are complete with this chunk; iterate to the end before the next chunk.
   * Frames before a corrupted one are still given.
   * @throws ApiError (`SerializationException`) on corruption; the splitter is of no use after it.
   */
  push(chunk: Uint8Array): Generator<EventFrame, void, undefined>;
  /** @throws ApiError (`SerializationException`) when the stream ends within a frame. */
  end(): void;
}

const GATHER_BYTES_MIN = 1024;

export function createFrameSplitter(): FrameSplitter {
  return new Splitter();
}

/** All frames of a source of chunks. @throws ApiError as {@link FrameSplitter} does, and whatever the source throws. */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<EventFrame, void, undefined> {
  const splitter = createFrameSplitter();
  for await (const chunk of source) yield* splitter.push(chunk);
  splitter.end();
}

class Splitter implements FrameSplitter {
  /** The beginning of a frame that is not complete: the first `#gathered` bytes of `#gather`. */
  #gather = Buffer.alloc(0);
  #gathered = 0;
  /** The headers of the last frame: in a stream nearly all are the same. */
  #block: Buffer = Buffer.alloc(0);
  #headers: FrameHeaders = new Map();

  *push(chunk: Uint8Array): Generator<EventFrame, void, undefined> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < bytes.length) {
      const length = this.#gathered === 0 ? lengthAt(bytes, at) : undefined;
      if (length !== undefined && at + length <= bytes.length) {
        yield decodeWhole(bytes.subarray(at, at + length), this.#headersOf);
        at += length;
        continue;
      }
      at += this.#take(bytes, at);
      if (this.#gathered >= PRELUDE_BYTES && this.#gathered === frameLength(this.#gather, 0)) {
        const raw = this.#gather.subarray(0, this.#gathered);
        this.#gather = Buffer.alloc(0);
        this.#gathered = 0;
        yield decodeWhole(raw, this.#headersOf);
      }
    }
  }

  end(): void {
    if (this.#gathered > 0) throw malformedFrame('it ends within a frame');
  }

  readonly #headersOf = (block: Buffer): FrameHeaders => {
    if (!block.equals(this.#block)) {
      this.#headers = decodeHeaders(block);
      this.#block = block;
    }
    return this.#headers;
  };

  /** Moves what the gathered frame still needs; returns how many bytes that were. */
  #take(bytes: Buffer, at: number): number {
    const wanted = this.#gathered < PRELUDE_BYTES ? PRELUDE_BYTES : frameLength(this.#gather, 0);
    const count = Math.min(wanted - this.#gathered, bytes.length - at);
    const needed = this.#gathered + count;
    if (needed > this.#gather.length) {
      const grown = Buffer.allocUnsafeSlow(
        Math.max(needed, Math.min(2 * this.#gather.length, wanted), GATHER_BYTES_MIN),
      );
      this.#gather.copy(grown, 0, 0, this.#gathered);
      this.#gather = grown;
    }
    bytes.copy(this.#gather, this.#gathered, at, at + count);
    this.#gathered = needed;
    return count;
  }
}

function lengthAt(bytes: Buffer, at: number): number | undefined {
  return at + PRELUDE_BYTES <= bytes.length ? frameLength(bytes, at) : undefined;
}
