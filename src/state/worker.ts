/**
 * The thread that holds SQLite. Messages in: {@link WorkerRequest}; out: one {@link WorkerReply} each.
 * Requests that are waiting together are committed together: one BEGIN IMMEDIATE … COMMIT (one fsync),
 * each transaction in its own savepoint.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { SqlRow, SqlStatement } from './types.ts';

export type WorkerRequest =
  | { id: number; kind: 'transaction'; statements: readonly SqlStatement[] }
  | { id: number; kind: 'close' };
export type WorkerReply =
  | { id: number; rows: SqlRow[][] }
  | { id: number; error: { message: string; conflict: boolean; sqliteCode: number } };

const STATEMENT_CACHE_MAX = 500;
const GROUP_MAX = 256;
/** Primary result code CONSTRAINT; the extended codes for UNIQUE and PRIMARY KEY. */
const SQLITE_CONSTRAINT_UNIQUE = 2067;
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555;

const port = parentPort;
if (!port) throw new Error('BUG: the state worker was loaded outside a worker thread');

const { path } = workerData as { path: string };
const database = new DatabaseSync(path);
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA busy_timeout = 5000;
  PRAGMA cache_size = -8192;
`);

const prepared = new Map<string, StatementSync>();
function prepare(sql: string): StatementSync {
  let statement = prepared.get(sql);
  if (statement) {
    prepared.delete(sql);
  } else {
    statement = database.prepare(sql);
    if (prepared.size >= STATEMENT_CACHE_MAX) {
      const oldest = prepared.keys().next().value;
      if (oldest !== undefined) prepared.delete(oldest);
    }
  }
  prepared.set(sql, statement);
  return statement;
}

function run({ sql, parameters = [] }: SqlStatement): SqlRow[] {
  return prepare(sql).all(...parameters);
}

function describe(error: unknown): { message: string; conflict: boolean; sqliteCode: number } {
  const sqliteCode = (error as { errcode?: number }).errcode ?? 0;
  const conflict = sqliteCode === SQLITE_CONSTRAINT_UNIQUE || sqliteCode === SQLITE_CONSTRAINT_PRIMARYKEY;
  return { message: error instanceof Error ? error.message : String(error), conflict, sqliteCode };
}

function one(request: Extract<WorkerRequest, { kind: 'transaction' }>): WorkerReply {
  database.exec('SAVEPOINT one');
  try {
    const rows = request.statements.map(run);
    database.exec('RELEASE one');
    return { id: request.id, rows };
  } catch (error) {
    // Some failures (disk full) end the whole transaction; then there is no savepoint left to go back to.
    if (database.isTransaction) database.exec('ROLLBACK TO one; RELEASE one');
    return { id: request.id, error: describe(error) };
  }
}

function commitGroup(group: readonly Extract<WorkerRequest, { kind: 'transaction' }>[]): void {
  let replies: WorkerReply[] = [];
  try {
    database.exec('BEGIN IMMEDIATE');
    replies = group.map(one);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    const failure = describe(error);
    replies = group.map(({ id }, at) => {
      const reply = replies[at];
      return reply && 'error' in reply ? reply : { id, error: failure };
    });
  }
  for (const reply of replies) port?.postMessage(reply);
}

const waiting: WorkerRequest[] = [];
let scheduled = false;

function drain(): void {
  scheduled = false;
  while (waiting.length > 0) {
    if (waiting[0]?.kind === 'close') {
      const { id } = waiting[0];
      database.close();
      port?.postMessage({ id, rows: [] } satisfies WorkerReply);
      port?.close();
      return;
    }
    const end = waiting.findIndex((request) => request.kind === 'close');
    const group = waiting.splice(0, Math.min(end === -1 ? waiting.length : end, GROUP_MAX));
    commitGroup(group.filter((request) => request.kind === 'transaction'));
  }
}

port.on('message', (request: WorkerRequest) => {
  waiting.push(request);
  if (scheduled) return;
  scheduled = true;
  setImmediate(drain);
});
