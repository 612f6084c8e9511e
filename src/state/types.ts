/** A value SQLite can hold. */
export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface SqlStatement {
  readonly sql: string;
  readonly parameters?: readonly SqlValue[];
}

/**
 * Control state in SQLite, in a worker thread: the event loop never waits for the disk. Every resolved
 * promise of `transaction` is durable (WAL, synchronous=FULL); waiting transactions are committed as a group,
 * each in its own savepoint, so that one that fails takes no other down.
 */
export interface State {
  /** Creates or upgrades a room's tables: `steps` are applied once each, in order; never edit one that was released. */
  migrate(room: string, steps: readonly string[]): Promise<void>;
  /** Runs the statements as one transaction; gives the rows of each. Rejects with {@link StateConflict} on a broken UNIQUE or PRIMARY KEY. */
  transaction(statements: readonly SqlStatement[]): Promise<SqlRow[][]>;
  /** One read statement. */
  all(sql: string, parameters?: readonly SqlValue[]): Promise<SqlRow[]>;
  close(): Promise<void>;
}

export class StateConflict extends Error {
  override readonly name = 'StateConflict';
}
