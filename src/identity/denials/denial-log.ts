/**
 * Why requests were refused, for those who ask by their id (`varve doctor --request`): the newest {@link DENIALS_MAX},
 * in the control state.
 *
 * A denial is noted in memory and written with others a moment later: no request waits for it. Under a flood the oldest of
 * those that wait are dropped and counted.
 */
import type { Clock } from '#base';
import type { State } from '#state';
import { type Denial, type DenialRecord, recordOf } from './record.ts';

const MIGRATIONS = [
  `CREATE TABLE identity_denials (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX identity_denials_by_request ON identity_denials (request_id)`,
] as const;

/** Denials that are kept; older ones go. */
export const DENIALS_MAX = 10_000;
/** Denials that wait to be written; of more, the oldest are dropped. */
const WAITING_MAX = 1_000;
/** Written together; with WRITE_INTERVAL_MS this bounds what a flood of denials costs the control state. */
const BATCH_MAX = 200;
/** How long a denial waits for others. */
const WRITE_INTERVAL_MS = 250;
/** What one batch may spend on looking for statements that would nearly have allowed its denials. */
const ANALYSIS_MS_MAX = 5;
/** Of one request: an operation on many things may be refused for each of them. */
const PER_REQUEST_MAX = 20;

export interface DenialLogOptions {
  readonly state: State;
  readonly clock: Clock;
  /** Writing has failed, or works again (`undefined`); told once each. */
  readonly onFailure: (error: unknown) => void;
}

export class DenialLog {
  readonly #options: DenialLogOptions;
  #waiting: Denial[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #dropped = 0;
  #failing = false;
  #closed = false;

  private constructor(options: DenialLogOptions) {
    this.#options = options;
  }

  static async open(options: DenialLogOptions): Promise<DenialLog> {
    await options.state.migrate('denials', MIGRATIONS);
    return new DenialLog(options);
  }

  /** Denials since the start that were not kept: too many at once, or the control state could not be written. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Never throws, never waits. */
  note(denial: Denial): void {
    if (this.#closed) return;
    if (this.#waiting.length >= WAITING_MAX) {
      this.#waiting.splice(0, BATCH_MAX);
      this.#dropped += BATCH_MAX;
    }
    this.#waiting.push(denial);
    this.#schedule();
  }

  /** What is known of a request of the account, in the order in which it was refused. */
  async find(accountId: string, requestId: string): Promise<DenialRecord[]> {
    await this.flush();
    const rows = await this.#options.state.all(
      'SELECT body FROM identity_denials WHERE request_id = ? AND account_id = ? ORDER BY sequence LIMIT ?',
      [requestId, accountId, PER_REQUEST_MAX],
    );
    return rows.map(({ body }) => JSON.parse(String(body)) as DenialRecord);
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    // As many rounds as the full queue takes: under a flood it never gets empty.
    for (let round = 0; round <= WAITING_MAX / BATCH_MAX; round += 1) {
      this.#writing = this.#writing.then(() => this.#writeBatch());
      await this.#writing;
      if (this.#waiting.length === 0) return;
    }
  }

  /** Writes what waits; nothing is noted afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.flush();
  }

  #tick(): void {
    this.#writing = this.#writing.then(async () => {
      await this.#writeBatch();
      this.#timer = undefined;
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #schedule(): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => this.#tick(), WRITE_INTERVAL_MS).unref();
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#waiting.splice(0, BATCH_MAX);
    if (batch.length === 0) return;
    try {
      await this.#options.state.transaction([
        {
          sql: `INSERT INTO identity_denials (account_id, request_id, body)
            SELECT json_extract(value, '$.accountId'), json_extract(value, '$.requestId'), value FROM json_each(?) ORDER BY key`,
          parameters: [JSON.stringify(this.#records(batch))],
        },
        {
          sql: 'DELETE FROM identity_denials WHERE sequence <= (SELECT max(sequence) FROM identity_denials) - ?',
          parameters: [DENIALS_MAX],
        },
      ]);
      this.#tell(undefined);
    } catch (error) {
      this.#dropped += batch.length;
      this.#tell(error);
    }
  }

  #records(batch: readonly Denial[]): DenialRecord[] {
    const { clock } = this.#options;
    const untilMs = clock.monotonicMs() + ANALYSIS_MS_MAX;
    const goOn = (): boolean => clock.monotonicMs() < untilMs;
    return batch.map((denial) => recordOf(denial, goOn));
  }

  #tell(error: unknown): void {
    const failing = error !== undefined;
    if (failing === this.#failing) return;
    this.#failing = failing;
    this.#options.onFailure(error);
  }
}
