/**
 * What the log events of a group have besides the scalars in `attrs` (see attributes.ts), by day, as far as the engine was asked:
 * every query needs it, and to the engine it is a look at every row. Kept up by the inserts, so only where nobody else inserts.
 * A day is told more than a part of it has: a query then looks into messages that it could leave alone, and finds the same.
 */
import { ANYTHING, type Derived } from './attributes.ts';
import { storableTimeMs } from './tables/column.ts';
import type { LogEventRow } from './types.ts';

/** Stands among them when an ASCII character of some event's text is escaped, or nobody knows. No name of a field has it. */
export const NOT_VERBATIM = '\u0002';
export const DAY_MS = 24 * 3_600_000;
/** Days of groups; with more it begins anew. */
const DAYS_MAX = 20_000;

type Days = Map<string, Set<string>>;

/** Days since 1970, as ClickHouse's toDate counts them. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function keyOf(generation: string, day: number): string {
  return `${day} ${generation}`;
}

/** What the rows of a batch have. */
export class OthersSeen {
  readonly days: Days = new Map();

  add({ groupGeneration, timestampMs }: LogEventRow, { others, verbatim }: Pick<Derived, 'others' | 'verbatim'>): void {
    const key = keyOf(groupGeneration, dayOf(storableTimeMs(timestampMs)));
    let day = this.days.get(key);
    if (!day) this.days.set(key, (day = new Set()));
    for (const other of others) day.add(other);
    if (!verbatim) day.add(NOT_VERBATIM);
  }
}

export class KnownOthers {
  readonly #days: Days = new Map();
  /** Days that the engine is being asked about: what is inserted meanwhile it may see or not. */
  readonly #asked = new Set<Days>();
  readonly #underway = new Set<OthersSeen>();

  /** Runs an insert of rows: queries that see some of them know what they have. */
  async during(seen: OthersSeen, insert: () => Promise<void>): Promise<void> {
    this.#underway.add(seen);
    this.#take(seen);
    try {
      await insert();
    } finally {
      this.#underway.delete(seen);
    }
  }

  /** Rows that are on their way lose their attributes: nobody knows any more what they have. */
  anything(): void {
    for (const seen of this.#underway) {
      for (const day of seen.days.values()) for (const other of ANYTHING) day.add(other);
      this.#take(seen);
    }
  }

  /**
   * What the events of a group have from `firstDay` to `lastDay`.
   * @param ask asks the engine about the days from one to another, both included
   */
  async of(
    generation: string,
    firstDay: number,
    lastDay: number,
    ask: (from: number, to: number) => Promise<readonly { readonly day: number; readonly others: readonly string[] }[]>,
  ): Promise<Set<string>> {
    const unknown: number[] = [];
    for (let day = firstDay; day <= lastDay; day += 1) {
      if (!this.#days.has(keyOf(generation, day))) unknown.push(day);
    }
    const [from, to] = [unknown[0], unknown.at(-1)];
    const learnt = from === undefined || to === undefined ? undefined : await this.#learn(generation, from, to, ask);
    const all = new Set<string>();
    for (let day = firstDay; day <= lastDay; day += 1) {
      const key = keyOf(generation, day);
      for (const other of learnt?.get(key) ?? this.#days.get(key) ?? []) all.add(other);
    }
    return all;
  }

  async #learn(generation: string, from: number, to: number, ask: Parameters<KnownOthers['of']>[3]): Promise<Days> {
    const days: Days = new Map();
    for (let day = from; day <= to; day += 1) days.set(keyOf(generation, day), new Set());
    this.#asked.add(days);
    try {
      for (const seen of this.#underway) take(days, seen);
      for (const { day, others } of await ask(from, to)) {
        for (const other of others) days.get(keyOf(generation, day))?.add(other);
      }
    } finally {
      this.#asked.delete(days);
    }
    if (this.#days.size + days.size > DAYS_MAX) this.#days.clear();
    for (const [key, others] of days) this.#days.set(key, others);
    return days;
  }

  #take(seen: OthersSeen): void {
    take(this.#days, seen);
    for (const days of this.#asked) take(days, seen);
  }
}

function take(days: Days, seen: OthersSeen): void {
  for (const [key, others] of seen.days) {
    const known = days.get(key);
    if (known) for (const other of others) known.add(other);
  }
}
