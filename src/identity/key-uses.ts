/**
 * When, for which service and in which Region each access key was last used. Noted in memory, where a use costs a look into
 * a map, and written in batches: a crash forgets the uses of the last seconds.
 *
 * Table `identity_key_uses`, one row a key.
 */
import type { SqlStatement, State } from '#state';

export interface KeyUse {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** What the request was signed for, such as `bedrock`. */
  readonly service: string;
  readonly region: string;
}

const MIGRATIONS = [
  `CREATE TABLE identity_key_uses (
    access_key_id TEXT NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    service TEXT NOT NULL,
    region TEXT NOT NULL
  ) STRICT`,
] as const;

/** How old a use may be that a crash forgets. */
const WRITE_INTERVAL_MS = 5_000;
/** Rows of one transaction, so that the changes of others do not wait long. */
const WRITES_MAX = 500;

export class KeyUses {
  readonly #state: State;
  readonly #uses = new Map<string, { atMs: number; service: string; region: string }>();
  /** Keys whose rows are older than what is known here, or that are gone. */
  readonly #changed = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  private constructor(state: State) {
    this.#state = state;
    // What the disk refuses now is written the next time; the operator hears of such a disk from those who must wait for it.
    this.#timer = setInterval(() => void this.write().catch(() => undefined), WRITE_INTERVAL_MS).unref();
  }

  /** @param isKey whether there still is such a key: what is told of others is forgotten */
  static async open(state: State, isKey: (accessKeyId: string) => boolean): Promise<KeyUses> {
    await state.migrate('identity-key-uses', MIGRATIONS);
    const uses = new KeyUses(state);
    for (const row of await state.all('SELECT access_key_id, at_ms, service, region FROM identity_key_uses')) {
      const id = String(row['access_key_id']);
      const use = { atMs: Number(row['at_ms']), service: String(row['service']), region: String(row['region']) };
      if (isKey(id)) uses.#uses.set(id, use);
      else uses.#changed.add(id);
    }
    return uses;
  }

  /** The caller makes sure that there is such a key: as many uses are kept as there are keys. */
  note(accessKeyId: string, service: string, region: string, atMs: number): void {
    const use = this.#uses.get(accessKeyId);
    if (use) {
      use.atMs = atMs;
      use.service = service;
      use.region = region;
    } else {
      this.#uses.set(accessKeyId, { atMs, service, region });
    }
    this.#changed.add(accessKeyId);
  }

  of(accessKeyId: string): KeyUse | undefined {
    return this.#uses.get(accessKeyId);
  }

  /** The key is gone. */
  forget(accessKeyId: string): void {
    if (this.#uses.delete(accessKeyId)) this.#changed.add(accessKeyId);
  }

  /** Writes what has changed. Called while a write is under way it goes on after it. */
  write(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#writeAll());
    return this.#writing;
  }

  /** A stop goes on also where the disk refuses the last uses. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.write().catch(() => undefined);
  }

  async #writeAll(): Promise<void> {
    const ids = [...this.#changed];
    for (let from = 0; from < ids.length; from += WRITES_MAX) {
      const batch = ids.slice(from, from + WRITES_MAX);
      for (const id of batch) this.#changed.delete(id);
      try {
        await this.#state.transaction(batch.map((id) => this.#writeOf(id)));
      } catch (error) {
        for (const id of batch) this.#changed.add(id);
        throw error;
      }
    }
  }

  #writeOf(accessKeyId: string): SqlStatement {
    const use = this.#uses.get(accessKeyId);
    if (!use) return { sql: 'DELETE FROM identity_key_uses WHERE access_key_id = ?', parameters: [accessKeyId] };
    return {
      sql: `INSERT INTO identity_key_uses (access_key_id, at_ms, service, region) VALUES (?, ?, ?, ?)
        ON CONFLICT (access_key_id) DO UPDATE
        SET at_ms = excluded.at_ms, service = excluded.service, region = excluded.region`,
      parameters: [accessKeyId, use.atMs, use.service, use.region],
    };
  }
}
