/** The queues of this server: kept in the control state, read from memory. */
import type { Clock, IdSource } from '#base';
import type { SqlStatement, State } from '#state';
import { ApiError } from '#wire';
import { queueDoesNotExist } from './errors.ts';
import { MIGRATIONS, queueOf, queueWith } from './schema.ts';
import type { Queue, QueueScope, QueueSettings } from './types.ts';

/** AWS has no such limit; here it bounds memory. */
const QUEUES_PER_ACCOUNT_MAX = 10_000;
const GENERATION_DIGITS = 20;
const CONTENT_DIGITS = 16;

export class QueueRegistry {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #queues = new Map<string, Queue>();
  /** Changes happen one after the other: each builds on what the one before left. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(state: State, clock: Clock, ids: IdSource) {
    this.#state = state;
    this.#clock = clock;
    this.#ids = ids;
  }

  static async open(state: State, clock: Clock, ids: IdSource): Promise<QueueRegistry> {
    await state.migrate('queues', MIGRATIONS);
    const registry = new QueueRegistry(state, clock, ids);
    for (const row of await state.all('SELECT * FROM queues_queue')) registry.#remember(queueOf(row));
    return registry;
  }

  find(scope: QueueScope, name: string): Queue | undefined {
    return this.#queues.get(keyOf(scope, name));
  }

  all(): IterableIterator<Queue> {
    return this.#queues.values();
  }

  /** By name. */
  list({ accountId, region }: QueueScope): Queue[] {
    return [...this.#queues.values()]
      .filter((queue) => queue.accountId === accountId && queue.region === region)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The queue that is there, or the one that `make` describes. */
  create(
    scope: QueueScope,
    name: string,
    make: (present: Queue | undefined) => { settings: QueueSettings; tags: Queue['tags'] } | undefined,
  ): Promise<Queue> {
    return this.#inTurn(async () => {
      const present = this.find(scope, name);
      const made = make(present);
      if (present || !made) return present ?? Promise.reject(queueDoesNotExist());
      if (this.#countOf(scope.accountId) >= QUEUES_PER_ACCOUNT_MAX) {
        throw new ApiError('OverLimit', `An account has ${QUEUES_PER_ACCOUNT_MAX} queues at most.`, { status: 403 });
      }
      const nowMs = this.#clock.nowMs();
      const generation = this.#ids.hex(GENERATION_DIGITS);
      const content = this.#ids.hex(CONTENT_DIGITS);
      const { accountId, region } = scope;
      const facts = {
        accountId,
        region,
        name,
        generation,
        content,
        createdMs: nowMs,
        modifiedMs: nowMs,
        tags: made.tags,
      };
      const queue = queueWith(facts, made.settings);
      await this.#state.transaction([
        {
          sql: 'INSERT INTO queues_queue VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
          parameters: [
            accountId,
            region,
            name,
            generation,
            content,
            nowMs,
            nowMs,
            JSON.stringify(queue.settings),
            JSON.stringify(queue.tags),
          ],
        },
      ]);
      this.#remember(queue);
      return queue;
    });
  }

  /** @throws {ApiError} QueueDoesNotExist; what `change` throws */
  update(
    { generation, ...queue }: Queue,
    change: (queue: Queue) => { settings?: QueueSettings; tags?: Queue['tags'] },
  ): Promise<Queue> {
    return this.#inTurn(async () => {
      const present = this.#same(queue, generation);
      const { settings = present.settings, tags = present.tags } = change(present);
      const modifiedMs = this.#clock.nowMs();
      const changed = queueWith({ ...present, modifiedMs, tags }, settings);
      await this.#state.transaction([
        {
          sql: 'UPDATE queues_queue SET settings = ?, tags = ?, modified_ms = ? WHERE generation = ?',
          parameters: [JSON.stringify(settings), JSON.stringify(tags), modifiedMs, generation],
        },
      ]);
      this.#remember(changed);
      return changed;
    });
  }

  /** Gives the queue no messages: those that are there are left to the sweeper. @throws {ApiError} QueueDoesNotExist */
  purge({ generation, ...queue }: Queue): Promise<Queue> {
    return this.#inTurn(async () => {
      const present = this.#same(queue, generation);
      const content = this.#ids.hex(CONTENT_DIGITS);
      const purged = queueWith({ ...present, content }, present.settings);
      await this.#state.transaction([
        leave(present),
        { sql: 'UPDATE queues_queue SET content = ? WHERE generation = ?', parameters: [content, generation] },
      ]);
      this.#remember(purged);
      return purged;
    });
  }

  /** @throws {ApiError} QueueDoesNotExist */
  delete({ generation, ...queue }: Queue): Promise<void> {
    return this.#inTurn(async () => {
      const present = this.#same(queue, generation);
      await this.#state.transaction([
        leave(present),
        { sql: 'DELETE FROM queues_queue WHERE generation = ?', parameters: [generation] },
      ]);
      this.#queues.delete(keyOf(present, present.name));
    });
  }

  #same(scope: QueueScope & { readonly name: string }, generation: string): Queue {
    const present = this.find(scope, scope.name);
    if (present?.generation !== generation) throw queueDoesNotExist();
    return present;
  }

  #countOf(accountId: string): number {
    let count = 0;
    for (const queue of this.#queues.values()) if (queue.accountId === accountId) count += 1;
    return count;
  }

  #remember(queue: Queue): void {
    this.#queues.set(keyOf(queue, queue.name), queue);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#changes.then(work);
    this.#changes = turn.catch(() => undefined);
    return turn;
  }
}

function leave({ content }: Queue): SqlStatement {
  return { sql: 'INSERT INTO queues_removed VALUES (?)', parameters: [content] };
}

function keyOf({ accountId, region }: QueueScope, name: string): string {
  return `${accountId}/${region}/${name}`;
}
