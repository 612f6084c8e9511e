/**
 * Appends each batch of a service once, however often it is handed over (house plan: at least once in, once in effect).
 * The key is noted before the append and completed after it. When a crash came between, the journal after the noted
 * position tells whether the entry is there; the delivery's own cursor, which is older, keeps it from being dropped.
 */
import type { Journal } from '#journal';
import { decodeLogEvents, ENTRY_KIND } from '#records';
import type { State } from '#state';
import type { Appender, AppendInput } from './appender.ts';

/** Keys that are kept for each group: only the newest batch of a destination can be in doubt. */
const KEYS_MAX = 1_000;
const SCAN_BYTES = 8 * 1_048_576;

export class Deliveries {
  readonly #state: State;
  readonly #journal: Pick<Journal, 'head' | 'read'>;
  readonly #appender: Appender;
  /** Batches that are being appended: the same one handed over twice at a time is one append. */
  readonly #underway = new Map<string, Promise<void>>();

  constructor(state: State, journal: Pick<Journal, 'head' | 'read'>, appender: Appender) {
    this.#state = state;
    this.#journal = journal;
    this.#appender = appender;
  }

  /** Resolves when the batch is durable, now or since earlier. */
  append(input: AppendInput & { readonly deliveryKey: string }): Promise<void> {
    const id = `${input.group.generation}/${input.deliveryKey}`;
    const running = this.#underway.get(id);
    if (running) return running;
    const started = this.#appendOnce(input).finally(() => this.#underway.delete(id));
    this.#underway.set(id, started);
    return started;
  }

  async #appendOnce(input: AppendInput & { readonly deliveryKey: string }): Promise<void> {
    const { group, deliveryKey } = input;
    const key = [group.generation, deliveryKey];
    const [noted] = await this.#state.all(
      'SELECT after, sequence FROM log_deliveries WHERE generation = ? AND delivery_key = ?',
      key,
    );
    if (noted && noted['sequence'] !== null) return;
    const found = noted && (await this.#findInJournal(Number(noted['after']), group.generation, deliveryKey));
    if (!noted) {
      await this.#state.transaction([
        {
          sql: 'INSERT INTO log_deliveries (generation, delivery_key, after) VALUES (?, ?, ?)',
          parameters: [...key, this.#journal.head],
        },
      ]);
    }
    const sequence = found ?? (await this.#appender.append(input));
    await this.#complete(key, sequence);
  }

  async #complete(key: readonly string[], sequence: number): Promise<void> {
    await this.#state.transaction([
      {
        sql: 'UPDATE log_deliveries SET sequence = ? WHERE generation = ? AND delivery_key = ?',
        parameters: [sequence, ...key],
      },
      {
        sql: `DELETE FROM log_deliveries WHERE generation = ? AND number <=
                (SELECT max(number) FROM log_deliveries WHERE generation = ?) - ?`,
        parameters: [key[0] ?? '', key[0] ?? '', KEYS_MAX],
      },
    ]);
  }

  async #findInJournal(after: number, generation: string, deliveryKey: string): Promise<number | undefined> {
    const head = this.#journal.head;
    for (let at = after; at < head;) {
      const options = { after: at, maxBytes: SCAN_BYTES, kinds: [ENTRY_KIND.logEvents], waitMs: 0 };
      const { entries, nextAfter } = await this.#journal.read(options);
      for (const { payload, sequence } of entries) {
        const entry = decodeLogEvents(payload);
        if (entry.groupGeneration === generation && entry.deliveryKey === deliveryKey) return sequence;
      }
      if (nextAfter === at) return undefined;
      at = nextAfter;
    }
    return undefined;
  }
}
