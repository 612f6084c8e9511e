/** The streams of the groups: in state, with a bounded memory of those that were found to exist. */
import type { Clock } from '#base';
import { type SqlRow, type State, StateConflict } from '#state';
import { streamExists } from './errors.ts';
import type { LogStream } from './types.ts';

/** Streams that are remembered to exist; PutLogEvents asks for one with each batch. */
const KNOWN_MAX = 10_000;

/** What became of an attempt to make a stream: `deleting` while the events of its predecessor are not removed yet. */
export type Creation = 'created' | 'deleting';

const keyOf = (generation: string, name: string): string => `${generation}/${name}`;

export class StreamRegistry {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #known = new Set<string>();

  constructor(state: State, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** @throws {ApiError} ResourceAlreadyExistsException */
  async create(generation: string, name: string): Promise<Creation> {
    try {
      await this.#state.transaction([
        {
          sql: 'INSERT INTO log_streams (generation, name, created_ms) VALUES (?, ?, ?)',
          parameters: [generation, name, this.#clock.nowMs()],
        },
      ]);
      this.#remember(generation, name);
      return 'created';
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      if (await this.exists(generation, name)) throw streamExists();
      return 'deleting';
    }
  }

  async exists(generation: string, name: string): Promise<boolean> {
    if (this.#known.has(keyOf(generation, name))) {
      this.#remember(generation, name);
      return true;
    }
    const rows = await this.#state.all(
      'SELECT name FROM log_streams WHERE generation = ? AND name = ? AND deleting = 0',
      [generation, name],
    );
    if (rows.length > 0) this.#remember(generation, name);
    return rows.length > 0;
  }

  /** True without asking state: nothing may come between this and the use of it. */
  isKnown(generation: string, name: string): boolean {
    return this.#known.has(keyOf(generation, name));
  }

  /** Marks a stream as gone; false when there is none. Its name stays taken until {@link StreamRegistry.forget}. */
  async markDeleting(generation: string, name: string): Promise<boolean> {
    this.#known.delete(keyOf(generation, name));
    const [rows] = await this.#state.transaction([
      {
        sql: 'UPDATE log_streams SET deleting = 1 WHERE generation = ? AND name = ? AND deleting = 0 RETURNING name',
        parameters: [generation, name],
      },
    ]);
    this.#known.delete(keyOf(generation, name));
    return (rows?.length ?? 0) > 0;
  }

  /** Frees the name of a stream whose events are removed. */
  async forget(generation: string, name: string): Promise<void> {
    await this.#state.transaction([
      {
        sql: 'DELETE FROM log_streams WHERE generation = ? AND name = ? AND deleting = 1',
        parameters: [generation, name],
      },
    ]);
  }

  /** Streams that are gone and whose events are still to be removed. */
  async deleting(limit: number): Promise<{ generation: string; name: string }[]> {
    const rows = await this.#state.all('SELECT generation, name FROM log_streams WHERE deleting = 1 LIMIT ?', [limit]);
    return rows.map((row) => ({ generation: String(row['generation']), name: String(row['name']) }));
  }

  /** Streams by name in ASCII order, after (or, descending, before) `from`, exclusive. */
  async list(
    generation: string,
    options: { prefix?: string; from?: string; descending?: boolean; limit: number },
  ): Promise<LogStream[]> {
    const { prefix = '', from, descending = false, limit } = options;
    const rows = await this.#state.all(
      `SELECT name, created_ms FROM log_streams
       WHERE generation = ? AND deleting = 0 AND name >= ? AND name < ? ${from === undefined ? '' : descending ? 'AND name < ?' : 'AND name > ?'}
       ORDER BY name ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
      [generation, prefix, `${prefix}\u{10ffff}`, ...(from === undefined ? [] : [from]), limit],
    );
    return rows.map(streamOf);
  }

  /**
   * Names of streams in the order of (folder, name), where a folder is the name with `-` for each slash: those that share
   * one stand side by side.
   * @param after the name of a stream, exclusive, be it there or not
   */
  async listByFolder(
    generation: string,
    { prefix, after, limit }: { readonly prefix: string; readonly after: string | undefined; readonly limit: number },
  ): Promise<string[]> {
    const rows = await this.#state.all(
      `SELECT name FROM log_streams
       WHERE generation = ? AND deleting = 0 AND name >= ? AND name < ?
         ${after === undefined ? '' : "AND (replace(name, '/', '-'), name) > (replace(?, '/', '-'), ?)"}
       ORDER BY replace(name, '/', '-'), name LIMIT ?`,
      [generation, prefix, `${prefix}\u{10ffff}`, ...(after === undefined ? [] : [after, after]), limit],
    );
    return rows.map((row) => String(row['name']));
  }

  /** Sets keep the order of insertion: what was used last stands last, and the first one has to go. */
  #remember(generation: string, name: string): void {
    const key = keyOf(generation, name);
    this.#known.delete(key);
    this.#known.add(key);
    if (this.#known.size <= KNOWN_MAX) return;
    const [oldest = key] = this.#known;
    this.#known.delete(oldest);
  }

  /** Forgets what is known of a deleted group. */
  forgetGroup(generation: string): void {
    for (const key of this.#known) if (key.startsWith(`${generation}/`)) this.#known.delete(key);
  }
}

function streamOf(row: SqlRow): LogStream {
  return { name: String(row['name']), createdMs: Number(row['created_ms']) };
}
