/**
 * Load over raw sockets: requests are bytes made beforehand, so that the generator costs little of the two cores
 * that it shares with what it measures.
 */
import { connect, type Socket } from 'node:net';

export interface LoadResult {
  readonly requests: number;
  readonly errors: number;
  readonly seconds: number;
  /** Sorted, milliseconds. */
  readonly latenciesMs: Float64Array;
}

export interface LoadOptions {
  readonly port: number;
  /** Whole requests, head and body; taken in turn. */
  readonly requests: readonly Buffer[];
  readonly concurrency: number;
  readonly durationMs: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const CHUNKED_END = Buffer.from('0\r\n\r\n');

export async function runLoad({ port, requests, concurrency, durationMs }: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  let errors = 0;
  let next = 0;
  const started = performance.now();
  const deadline = started + durationMs;
  const worker = async (): Promise<void> => {
    const connection = await Connection.open(port);
    while (performance.now() < deadline) {
      const request = requests[(next += 1) % requests.length] ?? Buffer.alloc(0);
      const sent = performance.now();
      const status = await connection.exchange(request);
      latencies.push(performance.now() - sent);
      if (status !== 200) errors += 1;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return {
    requests: latencies.length,
    errors,
    seconds: (performance.now() - started) / 1000,
    latenciesMs: Float64Array.from(latencies).sort(),
  };
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

class Connection {
  readonly #socket: Socket;
  #resolve: ((status: number) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;
  #status = 0;
  #remaining = -1;
  #chunked = false;
  #pending: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#reject?.(error));
    socket.on('close', () => this.#reject?.(new Error('the server closed the connection')));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  exchange(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#remaining = -1;
      this.#pending = Buffer.alloc(0);
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#reject = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#remaining === -1) {
      this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
      const end = this.#pending.indexOf(HEAD_END);
      if (end === -1) return;
      const head = this.#pending.toString('latin1', 0, end);
      this.#status = Number(head.slice(9, 12));
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      this.#chunked = length === undefined;
      const body = this.#pending.subarray(end + 4);
      this.#remaining = this.#chunked ? 1 : Number(length) - body.length;
      if (this.#chunked && body.subarray(-5).equals(CHUNKED_END)) this.#remaining = 0;
      this.#pending = body.subarray(-5);
    } else if (this.#chunked) {
      const tail = Buffer.concat([this.#pending, chunk.subarray(-5)]).subarray(-5);
      if (tail.equals(CHUNKED_END)) this.#remaining = 0;
      this.#pending = tail;
    } else {
      this.#remaining -= chunk.length;
    }
    if (this.#remaining === 0) this.#resolve?.(this.#status);
  }
}
