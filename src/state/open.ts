import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { OperationalError } from '#base';
import { type SqlRow, type SqlStatement, type SqlValue, type State, StateConflict } from './types.ts';
import type { WorkerReply, WorkerRequest } from './worker.ts';

/** Transactions that may wait for the worker; past it new ones are refused, so that memory stays bounded. */
const WAITING_MAX = 10_000;

interface Waiter {
  resolve: (rows: SqlRow[][]) => void;
  reject: (error: Error) => void;
}

/**
 * Opens (or makes) the control state at `path`, mode 0600.
 * @throws {OperationalError} `state-unusable` when the file cannot be opened or is no database of ours
 */
export async function openState(path: string): Promise<State> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives its -wal and -shm files the mode of the database file.
  const file = await open(path, 'a', 0o600);
  await file.close();
  await chmod(path, 0o600);
  const state = new WorkerState(path);
  await state.all('SELECT count(*) FROM sqlite_schema').catch(async (error: unknown) => {
    await state.close().catch(() => undefined);
    throw new OperationalError(
      'state-unusable',
      `the control state ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'Restore the file from a backup, or move it away to start with empty state.',
      { cause: error },
    );
  });
  return state;
}

class WorkerState implements State {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #waiters = new Map<number, Waiter>();
  #nextId = 1;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { path }, name: 'varve-state' });
    this.#worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#fail(new Error(`the state worker of ${this.#path} has stopped`)));
  }

  async migrate(room: string, steps: readonly string[]): Promise<void> {
    await this.transaction([
      { sql: 'CREATE TABLE IF NOT EXISTS migrations (room TEXT PRIMARY KEY, applied INTEGER NOT NULL) STRICT' },
    ]);
    const [row] = await this.all('SELECT applied FROM migrations WHERE room = ?', [room]);
    const applied = Number(row?.['applied'] ?? 0);
    if (applied > steps.length) {
      throw new OperationalError(
        'state-newer',
        `the control state ${this.#path} was written by a newer Varve (${room} is at step ${applied}, this one knows ${steps.length})`,
        'Start the newer Varve again, or restore the data directory from before the upgrade.',
      );
    }
    for (let step = applied; step < steps.length; step += 1) {
      const statements = (steps[step] ?? '').split(/;\s*(?:\n|$)/).filter((sql) => sql.trim() !== '');
      await this.transaction([
        ...statements.map((sql) => ({ sql })),
        { sql: 'INSERT OR REPLACE INTO migrations (room, applied) VALUES (?, ?)', parameters: [room, step + 1] },
      ]);
    }
  }

  transaction(statements: readonly SqlStatement[]): Promise<SqlRow[][]> {
    if (this.#closing) return Promise.reject(new Error('the control state is closed'));
    return this.#send((id) => ({ id, kind: 'transaction', statements }));
  }

  async all(sql: string, parameters: readonly SqlValue[] = []): Promise<SqlRow[]> {
    const [rows] = await this.transaction([{ sql, parameters }]);
    return rows ?? [];
  }

  close(): Promise<void> {
    this.#closing ??= this.#send((id) => ({ id, kind: 'close' }))
      .catch(() => undefined)
      .then(async () => {
        await this.#worker.terminate();
      });
    return this.#closing;
  }

  #send(request: (id: number) => WorkerRequest): Promise<SqlRow[][]> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#waiters.size >= WAITING_MAX) {
      return Promise.reject(
        new OperationalError(
          'state-overloaded',
          `${WAITING_MAX} changes of the control state are waiting`,
          'Look at the disk: it does not keep up.',
        ),
      );
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      this.#worker.postMessage(request(id));
    });
  }

  #settle(reply: WorkerReply): void {
    const waiter = this.#waiters.get(reply.id);
    this.#waiters.delete(reply.id);
    if (!waiter) return;
    if ('rows' in reply) return waiter.resolve(reply.rows);
    waiter.reject(reply.error.conflict ? new StateConflict(reply.error.message) : new Error(reply.error.message));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiter of this.#waiters.values()) waiter.reject(this.#failure);
    this.#waiters.clear();
  }
}
