/** Chains of digests and the log files that wait for theirs, in the control state. */
import type { SqlRow, SqlStatement, State } from '#state';
import { fileMinuteMs } from './names.ts';
import type { DeliveredFile, DigestPlan, DigestTrail, NamedFile, PreviousDigest } from './types.ts';

/** A digest names at most so many files; more wait for the next. AWS's own bound, if there is one, is not known. */
export const FILES_MAX = 10_000;
/** How long a file is remembered that a digest has named: should its delivery be told of again, it is not new. */
const NAMED_KEPT_MS = 7 * 24 * 3_600_000;
/** How long the last end of a chain that is over is remembered: no later digest of that name may come before it. */
const ENDS_KEPT_MS = 90 * 24 * 3_600_000;

export const DIGEST_MIGRATIONS = [
  `CREATE TABLE trails_digest_chain (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     trail_id TEXT NOT NULL,
     region TEXT NOT NULL,
     trail TEXT NOT NULL,
     last_end_ms INTEGER NOT NULL,
     closing_ms INTEGER,
     previous TEXT,
     plan TEXT
   ) STRICT;
   CREATE TABLE trails_digest_end (
     trail_arn TEXT NOT NULL,
     region TEXT NOT NULL,
     end_ms INTEGER NOT NULL,
     PRIMARY KEY (trail_arn, region)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE trails_digest_file (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     bucket TEXT NOT NULL,
     key TEXT NOT NULL,
     trail_id TEXT NOT NULL,
     region TEXT NOT NULL,
     stamp_ms INTEGER NOT NULL,
     sha256 TEXT NOT NULL,
     oldest_ms INTEGER NOT NULL,
     newest_ms INTEGER NOT NULL,
     chain INTEGER,
     named_ms INTEGER,
     UNIQUE (bucket, key)
   ) STRICT;
   CREATE INDEX trails_digest_file_waiting ON trails_digest_file (trail_id, region, id) WHERE chain IS NULL;
   CREATE INDEX trails_digest_file_planned ON trails_digest_file (chain, id) WHERE chain IS NOT NULL AND named_ms IS NULL;
   CREATE INDEX trails_digest_file_named ON trails_digest_file (named_ms) WHERE named_ms IS NOT NULL`,
] as const;

export interface ChainRow {
  readonly id: number;
  readonly region: string;
  readonly trail: DigestTrail;
  readonly lastEndMs: number;
  readonly closingMs: number | undefined;
  readonly previous: PreviousDigest | undefined;
  readonly plan: DigestPlan | undefined;
}

/** The files with ids up to `lastId` that are named for a time up to `stampMaxMs`. */
export interface WaitingFiles {
  readonly files: readonly NamedFile[];
  readonly lastId: number;
  readonly stampMaxMs: number;
}

export class DigestTable {
  readonly #state: State;

  private constructor(state: State) {
    this.#state = state;
  }

  static async open(state: State): Promise<DigestTable> {
    await state.migrate('trails-digests', DIGEST_MIGRATIONS);
    return new DigestTable(state);
  }

  async chains(): Promise<ChainRow[]> {
    return (await this.#state.all('SELECT * FROM trails_digest_chain ORDER BY id')).map(chainOf);
  }

  async addChain(trail: DigestTrail, region: string, startMs: number, closingMs?: number): Promise<ChainRow> {
    const [rows] = await this.#state.transaction([
      {
        sql: `INSERT INTO trails_digest_chain (trail_id, region, trail, last_end_ms, closing_ms) VALUES (?, ?, ?, ?, ?)
              RETURNING *`,
        parameters: [trail.id, region, JSON.stringify(trail), startMs, closingMs ?? null],
      },
    ]);
    return chainOf(rows?.[0] ?? {});
  }

  /** The trail has changed: what is planned is planned no more. */
  async setTrail(chain: number, trail: DigestTrail): Promise<void> {
    await this.#state.transaction([
      {
        sql: 'UPDATE trails_digest_chain SET trail = ?, plan = NULL WHERE id = ?',
        parameters: [JSON.stringify(trail), chain],
      },
      { sql: 'UPDATE trails_digest_file SET chain = NULL WHERE chain = ? AND named_ms IS NULL', parameters: [chain] },
    ]);
  }

  async setClosing(chain: number, closingMs: number): Promise<void> {
    await this.#run('UPDATE trails_digest_chain SET closing_ms = ? WHERE id = ?', closingMs, chain);
  }

  /** The latest end that a digest of the trail's name has had in the Region, by chains that are over; 0 for none. */
  async lastEnd(trailArn: string, region: string): Promise<number> {
    const [row] = await this.#state.all('SELECT end_ms FROM trails_digest_end WHERE trail_arn = ? AND region = ?', [
      trailArn,
      region,
    ]);
    return Number(row?.['end_ms'] ?? 0);
  }

  /** A file that is there already, waiting or named, is left as it is. */
  async addFile(file: DeliveredFile): Promise<void> {
    await this.#state.transaction([
      {
        sql: `INSERT INTO trails_digest_file
                (bucket, key, trail_id, region, stamp_ms, sha256, oldest_ms, newest_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
              ON CONFLICT (bucket, key) DO NOTHING`,
        parameters: [
          file.bucketName,
          file.key,
          file.trailId,
          file.region,
          fileMinuteMs(file.key) ?? file.deliveredMs,
          file.sha256Hex,
          file.oldestEventMs,
          file.newestEventMs,
        ],
      },
    ]);
  }

  /** Files that no digest was planned with yet and that are named for a time up to `stampMaxMs`, oldest first. */
  async waiting(trailId: string, region: string, stampMaxMs: number): Promise<WaitingFiles> {
    const rows = await this.#state.all(
      `SELECT * FROM trails_digest_file WHERE chain IS NULL AND trail_id = ? AND region = ? AND stamp_ms <= ?
        ORDER BY id LIMIT ?`,
      [trailId, region, stampMaxMs, FILES_MAX],
    );
    return { files: rows.map(fileOf), lastId: Number(rows.at(-1)?.['id'] ?? 0), stampMaxMs };
  }

  /** The files of the chain's plan. */
  async planned(chain: number): Promise<NamedFile[]> {
    const rows = await this.#state.all(
      'SELECT * FROM trails_digest_file WHERE chain = ? AND named_ms IS NULL ORDER BY id',
      [chain],
    );
    return rows.map(fileOf);
  }

  /** @param also part of the same transaction */
  async savePlan(
    chain: number,
    plan: DigestPlan,
    { lastId, stampMaxMs }: WaitingFiles,
    also: readonly SqlStatement[],
  ): Promise<void> {
    await this.#state.transaction([
      {
        sql: `UPDATE trails_digest_file SET chain = ?
               WHERE chain IS NULL AND trail_id = ? AND region = ? AND stamp_ms <= ? AND id <= ?`,
        parameters: [chain, plan.trail.id, plan.region, stampMaxMs, lastId],
      },
      {
        sql: 'UPDATE trails_digest_chain SET plan = ? WHERE id = ?',
        parameters: [JSON.stringify(plan), chain],
      },
      ...also,
    ]);
  }

  /** The planned digest has been delivered: the chain goes on from it, or is over. */
  async commit(chain: number, plan: DigestPlan, previous: PreviousDigest, nowMs: number): Promise<void> {
    await this.#state.transaction([
      {
        sql: 'UPDATE trails_digest_file SET named_ms = ? WHERE chain = ? AND named_ms IS NULL',
        parameters: [nowMs, chain],
      },
      plan.isLast
        ? { sql: 'DELETE FROM trails_digest_chain WHERE id = ?', parameters: [chain] }
        : {
            sql: 'UPDATE trails_digest_chain SET plan = NULL, last_end_ms = ?, previous = ? WHERE id = ?',
            parameters: [plan.endMs, JSON.stringify(previous), chain],
          },
      {
        sql: `INSERT INTO trails_digest_end VALUES (?, ?, ?)
              ON CONFLICT (trail_arn, region) DO UPDATE SET end_ms = max(end_ms, excluded.end_ms)`,
        parameters: [plan.trail.arn, plan.region, plan.endMs],
      },
      { sql: 'DELETE FROM trails_digest_file WHERE named_ms < ?', parameters: [nowMs - NAMED_KEPT_MS] },
      { sql: 'DELETE FROM trails_digest_end WHERE end_ms < ?', parameters: [nowMs - ENDS_KEPT_MS] },
    ]);
  }

  /** The chain is given up without its last digest. */
  async dropChain(chain: number): Promise<void> {
    await this.#state.transaction([
      { sql: 'DELETE FROM trails_digest_file WHERE chain = ? AND named_ms IS NULL', parameters: [chain] },
      { sql: 'DELETE FROM trails_digest_chain WHERE id = ?', parameters: [chain] },
    ]);
  }

  /** Files that wait for a trail of which there is no chain any more: nothing will name them. */
  async forgetWaiting(trailId: string): Promise<void> {
    await this.#run('DELETE FROM trails_digest_file WHERE chain IS NULL AND trail_id = ?', trailId);
  }

  async #run(sql: string, ...parameters: (string | number)[]): Promise<void> {
    await this.#state.transaction([{ sql, parameters }]);
  }
}

function chainOf(row: SqlRow): ChainRow {
  const { closing_ms: closing, previous, plan } = row;
  return {
    id: Number(row['id']),
    region: String(row['region']),
    trail: JSON.parse(String(row['trail'])) as DigestTrail,
    lastEndMs: Number(row['last_end_ms']),
    closingMs: typeof closing === 'number' ? closing : undefined,
    previous: typeof previous === 'string' ? (JSON.parse(previous) as PreviousDigest) : undefined,
    plan: typeof plan === 'string' ? (JSON.parse(plan) as DigestPlan) : undefined,
  };
}

function fileOf(row: SqlRow): NamedFile {
  return {
    bucketName: String(row['bucket']),
    key: String(row['key']),
    sha256Hex: String(row['sha256']),
    oldestEventMs: Number(row['oldest_ms']),
    newestEventMs: Number(row['newest_ms']),
  };
}
