/**
 * libchdb behind sessions that live for one request. Two traps decide the shape:
 * - a query that fails leaves its partial output in the connection, and the next query on it would return those rows:
 *   so no connection is used again after its request;
 * - settings and parameters stick to the connection, and the package's own parameter binding makes all parameterised
 *   queries of the process wait for each other: so both are SET on the request's own connection.
 * One more connection, the root, holds the directory open from start to end.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Semaphore } from '#base';
import { type Chdb, loadChdb, type NativeConnection } from './chdb.ts';
import { ENGINE_CONFIGURATION, engineArguments } from './engine-arguments.ts';
import { EngineSession } from './engine-session.ts';
import { quoteString } from './sql-text.ts';

/** Statements inside the engine at one time; each takes a thread of libuv's pool (16), which must keep some for files. */
const RUNNING_MAX = 10;

export interface EngineRequest {
  readonly settings: ReadonlyMap<string, string>;
  /** Values in ClickHouse's escaped text form, as over HTTP. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly format: string;
}

export class Engine {
  readonly #chdb: Chdb;
  readonly #directory: string;
  readonly #root: NativeConnection;
  readonly #permits = new Semaphore(RUNNING_MAX);
  readonly #active = new Set<EngineSession>();
  #closing = false;

  private constructor(chdb: Chdb, directory: string, root: NativeConnection) {
    this.#chdb = chdb;
    this.#directory = directory;
    this.#root = root;
  }

  /** Loads libchdb and opens the directory, which no other process may hold. Blocks while the engine loads its tables. */
  static open(options: { directory: string; memoryBytesMax: number }): Engine {
    const chdb = loadChdb();
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    const configurationPath = configurationIn(options.directory);
    const root = chdb.CreateConnection(options.directory, engineArguments(options.memoryBytesMax, configurationPath));
    if (!root) throw new Error('the engine gave no connection');
    return new Engine(chdb, options.directory, root);
  }

  async version(): Promise<string> {
    // With a permit, so that `close` waits for it: closed under this query, the process sometimes could not even exit.
    const result = await this.#permits.with(1, () =>
      this.#chdb.QueryAsyncConnection(this.#root, 'SELECT version()', 'TSV'),
    );
    return Buffer.from(result.bytes).toString().trim();
  }

  /** Runs `work` with a session of its own, when one of the places is free. @throws when the engine is closing */
  async withSession<T>(request: EngineRequest, work: (session: EngineSession) => Promise<T>): Promise<T> {
    return this.#permits.with(1, async () => {
      if (this.#closing) throw new Error('Code: 236. DB::Exception: The store is stopping. (ABORTED)');
      const session = new EngineSession(this.#chdb, this.#connect(), request, (id) => this.#kill(id));
      this.#active.add(session);
      try {
        await session.prepare();
        return await work(session);
      } finally {
        this.#active.delete(session);
        await session.close();
      }
    });
  }

  /** Asks the engine's allocator to give freed memory back to the system. */
  async purgeMemory(): Promise<void> {
    await this.#permits.with(1, async () => {
      if (!this.#closing) await this.#once('SYSTEM JEMALLOC PURGE');
    });
  }

  /** Waits until no request runs, killing those that still run after `patienceMs`, then closes the directory. */
  async close(patienceMs: number): Promise<void> {
    this.#closing = true;
    const killer = setTimeout(() => {
      for (const session of this.#active) session.stop();
    }, patienceMs);
    await this.#permits.acquire(RUNNING_MAX);
    clearTimeout(killer);
    this.#chdb.CloseConnection(this.#root);
  }

  #connect(): NativeConnection {
    const connection = this.#chdb.CreateConnection(this.#directory);
    if (!connection) throw new Error('Code: 236. DB::Exception: The engine gave no connection. (ABORTED)');
    return connection;
  }

  /** ASYNC: the synchronous form hangs in libchdb 3.4. Takes no permit, so that a full engine can be relieved. */
  async #kill(id: string): Promise<void> {
    await this.#once(`KILL QUERY WHERE Settings['log_comment'] = ${quoteString(id)} ASYNC`);
  }

  async #once(sql: string): Promise<void> {
    const connection = this.#connect();
    try {
      await this.#chdb.QueryAsyncConnection(connection, sql, 'TSV');
    } finally {
      this.#chdb.CloseConnection(connection);
    }
  }
}

/** Written only when it is not there as it should be, and then whole: a full disk must not keep an engine from starting. */
function configurationIn(directory: string): string {
  const path = join(directory, 'engine.xml');
  if (existsSync(path) && readFileSync(path, 'utf8') === ENGINE_CONFIGURATION) return path;
  writeFileSync(`${path}.new`, ENGINE_CONFIGURATION, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return path;
}
