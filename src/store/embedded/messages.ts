/** What the supervisor and the store process say to each other over Node's IPC channel. */

/** How the store process is to open its engine; the first message it gets. */
export interface OpenMessage {
  readonly type: 'open';
  /** The engine's directory, absolute. */
  readonly directory: string;
  /** The unix socket on which the facade listens. */
  readonly socketPath: string;
  /** The secret that every request must carry as its password. */
  readonly token: string;
  /** The engine's own memory cap, bytes (`--max_server_memory_usage`). */
  readonly memoryBytesMax: number;
}

export type ToChild =
  | OpenMessage
  /** Finish what runs, close the engine, exit. */
  | { readonly type: 'drain' }
  /** Asks for a `pong`: the store process's event loop turns. */
  | { readonly type: 'ping' };

export type FromChild =
  /** The process can take `open`. */
  | { readonly type: 'hello' }
  | { readonly type: 'ready'; readonly engineVersion: string }
  | { readonly type: 'failed'; readonly reason: OpenFailure; readonly message: string }
  /** Nothing runs any more and the engine is closed: the process ends now, by SIGKILL. */
  | { readonly type: 'drained' }
  | { readonly type: 'pong' };

/** Why the engine could not be opened. */
export type OpenFailure = 'chdb-missing' | 'chdb-unusable' | 'directory-unusable';
