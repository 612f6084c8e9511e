/**
 * The one way to the data, in both modes: `@clickhouse/client` by URL. Every statement is a constant text with bound
 * parameters, has a time-out here and limits in the engine, and gives a bounded result.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { BODY_FILE_SETTING, type BodyFiles } from './embedded/body-files.ts';
import type { StoreQuery } from './types.ts';

/** Engine's own limit for a read, seconds; the client waits a little longer. */
const READ_SECONDS_MAX = 25;
const READ_TIMEOUT_MS = 30_000;
/** Memory of one read inside the engine, and the largest answer, bytes. */
const READ_MEMORY_BYTES_MAX = 700_000_000;
const READ_RESULT_BYTES_MAX = 256_000_000;
/** Rows that the engine works on at a time: messages and records are large, so fewer than its default. */
const READ_BLOCK_ROWS = 4_096;
/** Inserts and definitions wait for disks and merges. Milliseconds. */
const WRITE_TIMEOUT_MS = 180_000;
/** The engine ends a query by itself; the client waits a little longer. */
const QUERY_GRACE_MS = 5_000;
/** Threads of one statement in the engine: others, and inserts, must get on beside it. */
const READ_THREADS_MAX = 2;
/** Every statement ends by a time-out of its own; a query of an hour may be silent until its end. Milliseconds. */
const SILENCE_MS_MAX = 65 * 60_000;
/** Connections to the store; the embedded one runs 10 statements at a time. */
const CONNECTIONS_MAX = 16;
const PING_TIMEOUT_MS = 5_000;

export type QueryParameters = Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;

export interface StoreClientOptions {
  /** `http://…` or `https://…`; for the embedded store any, with `socketPath`. */
  readonly url: string;
  readonly socketPath?: string;
  readonly username?: string;
  readonly password?: string;
  /** Where rows are handed over to a store beside this process; absent: they go through the connection. */
  readonly bodyFiles?: BodyFiles;
}

const READ_SETTINGS: ClickHouseSettings = {
  max_execution_time: READ_SECONDS_MAX,
  max_memory_usage: String(READ_MEMORY_BYTES_MAX),
  max_result_bytes: String(READ_RESULT_BYTES_MAX),
  result_overflow_mode: 'throw',
  max_block_size: String(READ_BLOCK_ROWS),
  // Not `os_thread_priority`: the embedded engine (26.7) puts threads that are done with such a query at niceness 0, above
  // the rest of its process, and some stay at the query's.
  max_threads: READ_THREADS_MAX,
  // Under the embedded engine's memory cap its default, 1 GiB a thread, leaves one thread to any statement.
  max_threads_min_free_memory_per_thread: '0',
  output_format_json_quote_64bit_integers: 0,
  // A server does not stop a query whose client has gone unless asked to; the embedded store always does.
  cancel_http_readonly_queries_on_client_close: 1,
};

const WRITE_SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  // JSON columns travel as text in RowBinary, so that both sides agree on nothing but JSON.
  input_format_binary_read_json_as_string: 1,
  // A text stays what it was: the engine would take `2026-01-01T00:00:00Z` for a time and print it in its own form.
  input_format_try_infer_dates: 0,
  input_format_try_infer_datetimes: 0,
  type_json_skip_duplicated_paths: 1,
  max_partitions_per_insert_block: '0',
  lightweight_deletes_sync: '2',
};

export class StoreClient {
  readonly #client: ClickHouseClient;
  readonly #agent: HttpAgent;
  readonly #bodyFiles: BodyFiles | undefined;

  constructor(options: StoreClientOptions) {
    this.#bodyFiles = options.bodyFiles;
    const agentOptions = { keepAlive: true, maxSockets: CONNECTIONS_MAX, timeout: SILENCE_MS_MAX };
    this.#agent =
      options.socketPath === undefined
        ? new (options.url.startsWith('https:') ? HttpsAgent : HttpAgent)(agentOptions)
        : new HttpAgent({ ...agentOptions, socketPath: options.socketPath } as ConstructorParameters<
            typeof HttpAgent
          >[0]);
    this.#client = createClient({
      url: options.url,
      http_agent: this.#agent,
      request_timeout: SILENCE_MS_MAX,
      use_multipart_params_auto: true,
      application: 'varve',
      log: { level: ClickHouseLogLevel.OFF },
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
    });
  }

  /** @throws when the server does not answer within 5 s */
  async ping(): Promise<void> {
    const result = await this.#client.ping({ select: true, abort_signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
    if (!result.success) throw result.error;
  }

  /** All rows of a read, as objects. For answers that are small by their nature. */
  async rows<Row>(query: string, parameters: QueryParameters = {}): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const row of this.stream<Row>(query, parameters)) rows.push(row);
    return rows;
  }

  /** The rows of a read as they arrive; leaving the loop early stops the query. */
  async *stream<Row>(query: string, parameters: QueryParameters = {}): AsyncGenerator<Row, void, void> {
    const abort = AbortSignal.timeout(READ_TIMEOUT_MS);
    const result = await this.#client.query({
      query,
      query_params: parameters,
      format: 'JSONEachRow',
      clickhouse_settings: READ_SETTINGS,
      abort_signal: abort,
    });
    const stream = result.stream<Row>();
    const stop = (): void => void stream.destroy(new Error('timeout'));
    abort.addEventListener('abort', stop, { once: true });
    try {
      for await (const batch of stream) for (const row of batch) yield row.json();
    } finally {
      abort.removeEventListener('abort', stop);
      result.close();
    }
  }

  /** Rows of a query with bounds of its own, each as an array. */
  async *query({
    sql,
    parameters,
    signal,
    timeoutMs,
    memoryBytesMax,
  }: StoreQuery): AsyncGenerator<readonly (string | number | null)[], void, void> {
    const abort = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs + QUERY_GRACE_MS)]);
    const result = await this.#client.query({
      query: sql,
      query_params: parameters,
      format: 'JSONCompactEachRow',
      clickhouse_settings: {
        ...READ_SETTINGS,
        max_execution_time: Math.ceil(timeoutMs / 1000),
        max_memory_usage: String(memoryBytesMax),
        // What has no partner in a join is missing, not empty.
        join_use_nulls: 1,
      },
      abort_signal: abort,
    });
    const stream = result.stream<(string | number | null)[]>();
    const stop = (): void => void stream.destroy(new Error('stopped'));
    abort.addEventListener('abort', stop, { once: true });
    try {
      for await (const batch of stream) for (const row of batch) yield row.json<(string | number | null)[]>();
    } finally {
      abort.removeEventListener('abort', stop);
      result.close();
    }
  }

  /** A statement without rows: definitions, deletes, small inserts of bound values. */
  async command(query: string, parameters: QueryParameters = {}, settings: ClickHouseSettings = {}): Promise<void> {
    await this.#client.command({
      query,
      query_params: parameters,
      clickhouse_settings: { ...WRITE_SETTINGS, ...settings },
      abort_signal: AbortSignal.timeout(WRITE_TIMEOUT_MS),
    });
  }

  /** Inserts RowBinary bytes, in pieces, under a deduplication token. */
  async insert(query: string, token: string, pieces: readonly Uint8Array[]): Promise<void> {
    const settings = { ...WRITE_SETTINGS, insert_deduplication_token: token, log_comment: token };
    const signal = AbortSignal.timeout(WRITE_TIMEOUT_MS);
    if (!this.#bodyFiles) {
      return this.#insert(query, settings, signal, { values: Readable.from(pieces, { objectMode: false }) });
    }
    await using body = await this.#bodyFiles.write(pieces, signal);
    await this.#insert(query, { ...settings, [BODY_FILE_SETTING]: body.name }, signal, {});
  }

  async #insert(
    query: string,
    settings: ClickHouseSettings,
    signal: AbortSignal,
    body: { readonly values?: Readable },
  ): Promise<void> {
    const result = await this.#client.exec({
      query,
      ...body,
      clickhouse_settings: settings,
      abort_signal: signal,
    });
    result.stream.resume();
    await new Promise<void>((resolve, reject) => result.stream.once('end', resolve).once('error', reject));
  }

  /** Breaks off what runs and closes all connections. */
  async close(): Promise<void> {
    await this.#client.close();
    this.#agent.destroy();
  }
}
