/** Gathers what a stream delivered, for its record: in memory while small, as a spilled body when large. */
import type { Spool, SpoolWriter } from '#journal';
import { chunkText, type ConverseEvent, type LoggedOperation, type ResponseContent } from '#records';
import type { StreamFrame } from '#upstreams';

/** Chunks of one answer that are kept in memory. */
const CHUNKS_IN_MEMORY_BYTES_MAX = 1024 * 1024;
/** Events of a ConverseStream that are kept, being needed together to make one ConverseResponse of them. */
const EVENTS_BYTES_MAX = 32 * 1024 * 1024;
const METRICS_KEY = Buffer.from('"amazon-bedrock-invocationMetrics"');

export class StreamContent {
  readonly #operation: LoggedOperation;
  readonly #contentType: string;
  readonly #spool: Spool;
  readonly #chunks: Buffer[] = [];
  readonly #events: ConverseEvent[] = [];
  #bytes = 0;
  #writer: SpoolWriter | undefined;
  /** The last chunk with Bedrock's metrics, which counts tokens also for spilled streams. */
  readonly #tail: Buffer[] = [];

  constructor(operation: LoggedOperation, contentType: string, spool: Spool) {
    this.#operation = operation;
    this.#contentType = contentType;
    this.#spool = spool;
  }

  /**
   * Notes a frame. `last`: it looks like the one that ends the answer, so it must not leave before the record is durable.
   * A promise among the results means: wait before the next frame.
   */
  add(frame: StreamFrame): { last: boolean; written?: Promise<void> } {
    if (frame.messageType !== 'event') return { last: true };
    return this.#operation === 'ConverseStream' ? this.#addEvent(frame) : this.#addChunk(frame);
  }

  /** Chunks that token counts and stop reasons are read from. */
  get counted(): ResponseContent {
    if (this.#operation === 'ConverseStream') return { kind: 'converse-stream', events: this.#events };
    return { kind: 'invoke-stream', contentType: this.#contentType, chunks: this.#writer ? this.#tail : this.#chunks };
  }

  async finish(): Promise<ResponseContent> {
    if (!this.#writer) return this.counted;
    await this.#writer.write(Buffer.from(']'));
    await this.#writer.commit();
    return {
      kind: 'whole',
      contentType: this.#contentType,
      attachment: this.#writer.id,
      sizeBytes: this.#writer.sizeBytes,
    };
  }

  async discard(): Promise<void> {
    await this.#writer?.discard();
  }

  #addEvent(frame: StreamFrame): { last: boolean } {
    this.#bytes += frame.payload.length;
    if (this.#bytes <= EVENTS_BYTES_MAX || frame.type === 'metadata' || frame.type === 'messageStop') {
      this.#events.push({ type: frame.type, payload: frame.payload });
    }
    return { last: frame.type === 'metadata' };
  }

  #addChunk(frame: StreamFrame): { last: boolean; written?: Promise<void> } {
    const text = chunkText(frame.payload);
    if (!text) return { last: false };
    const last = text.includes(METRICS_KEY);
    this.#bytes += text.length;
    if (this.#writer) {
      if (last || this.#tail.length === 0) this.#tail.push(text);
      return { last, written: this.#append(this.#writer, text) };
    }
    this.#chunks.push(text);
    return this.#bytes > CHUNKS_IN_MEMORY_BYTES_MAX ? { last, written: this.#spill() } : { last };
  }

  async #append(writer: SpoolWriter, text: Buffer): Promise<void> {
    await writer.write(Buffer.concat([Buffer.from(','), text]));
  }

  async #spill(): Promise<void> {
    const writer = await this.#spool.create();
    this.#tail.push(...this.#chunks.slice(0, 1), ...this.#chunks.slice(-1));
    await writer.write(Buffer.from(`[${this.#chunks.map((chunk) => chunk.toString()).join(',')}`));
    this.#chunks.length = 0;
    this.#writer = writer;
  }
}
