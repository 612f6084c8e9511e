/**
 * The native addon of the npm package `chdb`, exactly 3.4.0, typed here so that the package stays optional.
 *
 * Why not the package's own `Session`: its `close()` waits for every operation of the process that runs at that moment,
 * so that one slow query keeps all sessions opened and closed beside it alive (measured: under 1,000 small queries
 * beside a slow one reach a memory cap of 1.5 GB). Here a connection is closed as soon as its own work is done, which is
 * what the engine asks for; nothing is ever closed while it works.
 */
import { createRequire } from 'node:module';

/** Opaque native handles. */
export interface NativeConnection {
  readonly __connection: never;
}
export interface NativeStream {
  readonly __stream: never;
}

/** The functions of the addon that are used. Asynchronous ones run on libuv's thread pool. */
export interface Chdb {
  /** Opens a directory, or a further connection to the one that is open. */
  CreateConnection(directory: string, args?: readonly string[]): NativeConnection | null;
  /** Must not be called while the connection works: that aborts the engine for the whole process. */
  CloseConnection(connection: NativeConnection): void;
  QueryAsyncConnection(connection: NativeConnection, sql: string, format: string): Promise<{ bytes: Uint8Array }>;
  StreamQuery(connection: NativeConnection, sql: string, format: string): NativeStream;
  StreamFetch(stream: NativeStream): Promise<{ done: boolean; bytes: Uint8Array; numRows: number }>;
  /** Frees the stream; not while a fetch runs. */
  StreamCancel(stream: NativeStream): void;
}

/** The package is not installed, or not for this platform. */
export class ChdbMissing extends Error {
  override readonly name = 'ChdbMissing';
}

/**
 * Loads libchdb into this process: only ever called in the store process (a crash in it, or an exit while a query runs,
 * takes the process along).
 * @param from where the package is looked for
 * @throws {ChdbMissing} when the optional dependency is not installed; other errors when it does not load
 */
export function loadChdb(from: string = import.meta.url): Chdb {
  const requireHere = createRequire(from);
  try {
    const requireInChdb = createRequire(requireHere.resolve('chdb'));
    const loader = requireInChdb('./dist/loader.js') as { loadNative(): Chdb };
    return loader.loadNative();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' || code === 'CHDB_PLATFORM') throw new ChdbMissing(message, { cause: error });
    throw error;
  }
}
