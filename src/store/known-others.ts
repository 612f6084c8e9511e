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
/** Characters of all that is known; with more it begins anew. */
const CHARS_MAX = 8 * 1024 * 1024;
/** Of a day; with more it is told to have anything, so that events with ever new names do not fill the memory. */
export const DAY_OTHERS_MAX = 2_000;

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
    addAll(day, others);
    if (!verbatim) day.add(NOT_VERBATIM);
  }
}

export class KnownOthers {
  readonly #days: Days = new Map();
  /** Days that the engine is being asked about: what is inserted meanwhile it may see or not. */
  readonly #asked = new Set<Days>();
  readonly #underway = new Set<OthersSeen>();
  /** Of an insert that failed: the engine may carry it out all the same, until the next one has succeeded. */
  #doubtful: OthersSeen | undefined;
  #chars = 0;

  /** Runs an insert of rows: queries that see some of them know what they have. */
  async during(seen: OthersSeen, insert: () => Promise<void>): Promise<void> {
    this.#underway.add(seen);
    this.#take(seen);
    try {
      await insert();
    } catch (error) {
      this.#forgetDoubtful();
      this.#doubtful = seen;
      throw error;
    }
    this.#underway.delete(seen);
    this.#forgetDoubtful();
  }

  /** Rows that are on their way lose their attributes: nobody knows any more what they have. */
  anything(): void {
    for (const seen of this.#underway) {
      for (const day of seen.days.values()) addAll(day, ANYTHING);
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
        addAll(days.get(keyOf(generation, day)), others);
      }
    } finally {
      this.#asked.delete(days);
    }
    for (const [key, others] of days) {
      this.#days.set(key, others);
      for (const other of others) this.#chars += other.length;
    }
    this.#keepBounded();
    return days;
  }

  #take(seen: OthersSeen): void {
    this.#chars += take(this.#days, seen);
    for (const days of this.#asked) take(days, seen);
    this.#keepBounded();
  }

  #forgetDoubtful(): void {
    if (this.#doubtful) this.#underway.delete(this.#doubtful);
    this.#doubtful = undefined;
  }

  #keepBounded(): void {
    if (this.#days.size <= DAYS_MAX && this.#chars <= CHARS_MAX) return;
    this.#days.clear();
    this.#chars = 0;
  }
}

/** Gives the number of characters that were added. */
function take(days: Days, seen: OthersSeen): number {
  let chars = 0;
  for (const [key, others] of seen.days) chars += addAll(days.get(key), others);
  return chars;
}

function addAll(day: Set<string> | undefined, others: Iterable<string>): number {
  if (!day) return 0;
  let chars = 0;
  for (const other of others) {
    if (day.has(other)) continue;
    if (day.size >= DAY_OTHERS_MAX && other !== NOT_VERBATIM) {
      for (const anything of ANYTHING) day.add(anything);
      continue;
    }
    day.add(other);
    chars += other.length;
  }
  return chars;
}
