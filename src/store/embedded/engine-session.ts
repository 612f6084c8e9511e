/** One request's connection to the engine: prepared, used, and never used again. */
import { randomUUID } from 'node:crypto';
import { sleep } from '#base';
import type { Chdb, NativeConnection } from './chdb.ts';
import type { EngineRequest } from './engine.ts';
import { setStatement } from './sql-text.ts';

/** Characters, of up to three bytes. */
const LONG_SET = 64 * 1024;

const KILL_AGAIN_MS = 100;

export class EngineSession {
  readonly #chdb: Chdb;
  readonly #connection: NativeConnection;
  readonly #request: EngineRequest;
  readonly #kill: (id: string) => Promise<void>;
  /** How KILL finds what runs here: the engine drops query ids, but keeps this setting. */
  readonly #id: string;
  #stopped = false;
  #killing: Promise<void> | undefined;
  readonly #closed = new AbortController();

  constructor(chdb: Chdb, connection: NativeConnection, request: EngineRequest, kill: (id: string) => Promise<void>) {
    this.#chdb = chdb;
    this.#connection = connection;
    this.#request = request;
    this.#kill = kill;
    this.#id = `${request.settings.get('log_comment') ?? 'request'}#${randomUUID()}`;
  }

  /** Sets the request's settings and parameters on this connection. */
  async prepare(): Promise<void> {
    const settings = new Map(this.#request.settings).set('log_comment', this.#id);
    const set = setStatement(settings, this.#request.parameters);
    if (set === undefined) return;
    // Long parameters are SET as text, whose length the engine limits to 256 KiB unless told otherwise.
    if (set.length > LONG_SET) await this.run(`SET max_query_size = ${4 * set.length}`);
    await this.run(set);
  }

  /** Rows as bytes in the request's format, block by block. Refuses a text of two statements, and one without rows. */
  async *stream(sql: string): AsyncGenerator<Uint8Array, void, void> {
    this.#refuseWhenStopped();
    const stream = this.#chdb.StreamQuery(this.#connection, sql, this.#request.format);
    let left = false;
    try {
      for (;;) {
        const chunk = await this.#chdb.StreamFetch(stream);
        if (chunk.done) return;
        left = true;
        yield chunk.bytes;
        this.#refuseWhenStopped();
        left = false;
      }
    } finally {
      // A stream that ended or failed has been freed by the addon.
      if (left) this.#chdb.StreamCancel(stream);
    }
  }

  /** Runs a statement whole. */
  async run(sql: string): Promise<Uint8Array> {
    this.#refuseWhenStopped();
    return (await this.#chdb.QueryAsyncConnection(this.#connection, sql, this.#request.format)).bytes;
  }

  /**
   * Kills what runs on this session, at any time: the running call rejects with QUERY_WAS_CANCELLED. Repeated until the
   * session is closed: a statement that is just beginning is not in the engine's list yet.
   */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#killing = this.#killUntilClosed();
  }

  /** Only when nothing runs on it. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#killing;
    this.#chdb.CloseConnection(this.#connection);
  }

  async #killUntilClosed(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      await this.#kill(this.#id).catch(() => undefined);
      await sleep(KILL_AGAIN_MS, this.#closed.signal);
    }
  }

  #refuseWhenStopped(): void {
    if (this.#stopped) throw new Error('Code: 394. DB::Exception: Query was cancelled. (QUERY_WAS_CANCELLED)');
  }
}
