/**
 * Which words of messages hold a part of a word. The text index of each part of the table has a list of its words, which the
 * engine scans anew for each search and each part, slowly: more than a second for a million events. Here the lists stand in a
 * table of their own, which is searched in some tens of milliseconds. They are copied when a search first needs them, or before
 * that in the background, and removed when the engine has merged the part away.
 *
 * Only where nobody else merges parts: beside an engine of our own.
 */
import { bug, Semaphore } from '#base';
import type { StoreClient } from './client.ts';
import { LOG_EVENTS, MESSAGE_INDEX } from './tables/log-events.ts';
import { LOG_WORDS, WORD_KINDS } from './tables/log-words.ts';
import type { WordPart } from './types.ts';

/** With more words than this a part tells nothing: the engine looks each of them up in each part. */
const WORDS_MAX = 256;
const WORDS_CHARS_MAX = 64 * 1024;
/** Indexes whose words a search waits for, bytes: half a second. With more to copy it does without, and they are copied meanwhile. */
const AWAITED_BYTES_MAX = 256 * 1024 * 1024;
/** … a bit at a time, so that searches get on. */
const COPIED_BYTES_MAX = 64 * 1024 * 1024;
const TEND_INTERVAL_MS = 60_000;
/** Younger parts are soon merged. Seconds. */
const SETTLED_SECONDS = 600;
/** … and so many parts, whose names are a parameter. */
const PARTS_MAX = 500;
/** Parts that are gone, whose words are removed together. */
const GONE_MIN = 32;
/** A larger part without any word is not looked for. Rows. */
const WORDLESS_ROWS_MAX = 10_000;
/** The parts may be merged while their words are copied. */
const TRIES_MAX = 3;
/** Date holds 1970 to 2149: beyond it, days say nothing. Milliseconds. */
const DAYS_END_MS = Date.UTC(2149, 0, 1);

interface EventsPart {
  /** As the engine calls it now. */
  readonly part: string;
  /**
   * Without what mutations add, which take rows away at most: the words that were listed are all there, and nothing is copied again
   * when events are deleted, which renames the parts of all days.
   */
  readonly name: string;
  readonly rows: number;
  readonly indexBytes: number;
}

const nameOf = (part: string): string => `arrayStringConcat(arraySlice(splitByChar('_', ${part}), 1, 4), '_')`;

/** A part may have been made in what is now the future, by a clock that was set back since. */
const PARTS = `
  SELECT parts.name AS part, ${nameOf('parts.name')} AS name, rows, secondary_indices_uncompressed_bytes AS indexBytes
  FROM system.parts AS parts
  WHERE database = 'varve' AND table = 'log_events' AND active AND rows > 0
    AND partition_id >= {first:String} AND partition_id <= {last:String}
    AND ({seconds:UInt32} = 0 OR modification_time <= now() - {seconds:UInt32})`;

/** The day of a part is the beginning of its name. */
const DAY_OF_PART = 'YYYYMMDDToDate(toUInt32OrZero(substring(part_name, 1, 8)))';

const COPY = `
  INSERT INTO ${LOG_WORDS} (day, part, kind, word)
  SELECT ${DAY_OF_PART}, ${nameOf('part_name')}, if(match(token, '^[0-9A-Fa-f]+$'), ${WORD_KINDS.hexadecimal}, ${WORD_KINDS.word}), token
  FROM mergeTreeTextIndex(${LOG_EVENTS.name.replace('.', ', ')}, ${MESSAGE_INDEX})
  WHERE part_name IN {parts:Array(String)}
  SETTINGS max_threads = 1`;

/** Of parts that gave no word, since they have none, or no index yet: those that have none, and are there. */
const WORDLESS = `
  SELECT ${nameOf('toString(_part)')} AS name FROM ${LOG_EVENTS.name}
  WHERE _part IN {parts:Array(String)} GROUP BY name HAVING NOT max(notEmpty(tokens(message)))`;

const END = `
  INSERT INTO ${LOG_WORDS} (day, part, kind, word)
  SELECT ${DAY_OF_PART}, part_name, ${WORD_KINDS.end}, '' FROM (SELECT arrayJoin({parts:Array(String)}) AS part_name)`;

const GAVE = `SELECT DISTINCT toString(part) AS name FROM ${LOG_WORDS} WHERE part IN {parts:Array(String)}`;

/** All that rows are of, also without an end: what was copied when its part went. */
const COPIED = `SELECT DISTINCT toString(part) AS name FROM ${LOG_WORDS}`;

const ENDED = `SELECT DISTINCT toString(part) AS name FROM ${LOG_WORDS} WHERE kind = ${WORD_KINDS.end}`;

/** Days that have no events any more. */
const EMPTY_DAYS = `
  SELECT DISTINCT partition_id AS id FROM system.parts
  WHERE database = 'varve' AND table = 'log_words' AND active AND partition_id NOT IN (
    SELECT partition_id FROM system.parts WHERE database = 'varve' AND table = 'log_events' AND active)`;

const SEARCH = `
  SELECT groupUniqArray(${WORDS_MAX + 1})(word) AS words
  FROM ${LOG_WORDS}
  WHERE day >= toDate({first:String}) AND day <= toDate({last:String}) AND kind IN {kinds:Array(UInt8)} AND`;

export class IndexWords {
  readonly #client: StoreClient;
  /** Names of parts all of whose words are in the table; undefined until it was asked. */
  #listed: Set<string> | undefined;
  /** One at a time: two would copy the same. */
  readonly #turn = new Semaphore(1);
  #timer: NodeJS.Timeout | undefined;
  #catchingUp = false;
  #stopped = false;
  /** What was gone at the last tending: searches that began before it was are over at the next. */
  #goneBefore: ReadonlySet<string> = new Set();

  constructor(client: StoreClient) {
    this.#client = client;
  }

  /** Goes on copying and removing in the background, until it is stopped. */
  start(): void {
    // A failure is the store's own, which tells of it; the next time comes.
    this.#timer ??= setInterval(() => void this.tend().catch(() => undefined), TEND_INTERVAL_MS).unref();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  /**
   * The engine has begun anew, and nobody inserts yet. Of a part that was lost (broken by a power cut, say) the name may come again:
   * its words count no more.
   */
  async load(): Promise<void> {
    this.#listed = undefined;
    await this.#listedParts();
    await this.#remove(await this.#gone());
  }

  /**
   * All words that hold a part, of the messages from `startMs` to `endMs` that were there before the call; perhaps of some others, too.
   * @returns in the order of `wanted`; undefined where there are too many, or too much would have to be copied first
   */
  async holding(
    wanted: readonly WordPart[],
    { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  ): Promise<(readonly string[] | undefined)[]> {
    const isDated = startMs >= 0 && endMs < DAYS_END_MS;
    const first = isDated ? dayText(startMs) : '1970-01-01';
    const last = isDated ? dayText(endMs) : '2149-06-06';
    if (!(await this.#turn.with(1, () => this.#listAll(first, last)))) {
      void this.#catchUp(0, first, last).catch(() => undefined);
      return wanted.map(() => undefined);
    }
    return Promise.all(wanted.map((part) => this.#search(part, first, last)));
  }

  /** Copies what has settled, and removes what is gone. */
  async tend(): Promise<void> {
    await this.#catchUp(SETTLED_SECONDS);
    await this.#turn.with(1, async () => {
      const gone = await this.#gone();
      const long = gone.filter((name) => this.#goneBefore.has(name));
      if (long.length >= GONE_MIN) await this.#remove(long);
      this.#goneBefore = new Set(gone);
      for (const { id } of await this.#client.rows<{ id: string }>(EMPTY_DAYS)) await this.#dropDay(id);
    });
  }

  /** Copies, a bit at a time, what has been there for so long. */
  async #catchUp(seconds: number, first?: string, last?: string): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      while (!this.#stopped && (await this.#turn.with(1, () => this.#copyNext(seconds, first, last)))) continue;
    } finally {
      this.#catchingUp = false;
    }
  }

  /** @returns whether there was something to copy, and it could be */
  async #copyNext(seconds: number, first?: string, last?: string): Promise<boolean> {
    const listed = await this.#listedParts();
    const missing = (await this.#parts(seconds, first, last)).filter(({ name }) => !listed.has(name));
    let bytes = 0;
    const next = missing.filter(({ indexBytes }) => (bytes += indexBytes) <= COPIED_BYTES_MAX);
    return (await this.#copy(next.length === 0 ? missing.slice(0, 1) : next.slice(0, PARTS_MAX))) > 0;
  }

  /** @returns whether all parts of these days are listed */
  async #listAll(first: string, last: string): Promise<boolean> {
    const listed = await this.#listedParts();
    for (let tried = 0; ; tried += 1) {
      const missing = (await this.#parts(0, first, last)).filter(({ name }) => !listed.has(name));
      if (missing.length === 0) return true;
      const bytes = missing.reduce((sum, { indexBytes }) => sum + indexBytes, 0);
      if (bytes > AWAITED_BYTES_MAX || missing.length > PARTS_MAX || tried >= TRIES_MAX) return false;
      // Their index may still be in the making.
      if ((await this.#copy(missing)) === 0) return false;
    }
  }

  async #listedParts(): Promise<Set<string>> {
    this.#listed ??= new Set((await this.#client.rows<{ name: string }>(ENDED)).map(({ name }) => name));
    return this.#listed;
  }

  #parts(seconds: number, first = '0', last = '9'): Promise<EventsPart[]> {
    const ids = { first: first.replaceAll('-', ''), last: last.replaceAll('-', '') };
    return this.#client.rows<EventsPart>(PARTS, { ...ids, seconds });
  }

  /** @returns how many of the parts are listed now */
  async #copy(missing: readonly EventsPart[]): Promise<number> {
    if (missing.length === 0) return 0;
    const names = async (sql: string, parts: readonly string[]): Promise<Set<string>> =>
      new Set((await this.#client.rows<{ name: string }>(sql, { parts })).map(({ name }) => name));
    await this.#client.command(COPY, { parts: missing.map(({ part }) => part) });
    // Of a part that went or was renamed meanwhile nobody knows whether it was read.
    const there = new Set((await this.#parts(0)).map(({ part }) => part));
    const read = missing.filter(({ part }) => there.has(part));
    const gave = await names(
      GAVE,
      read.map(({ name }) => name),
    );
    const silent = read.filter(({ name, rows }) => !gave.has(name) && rows <= WORDLESS_ROWS_MAX);
    const wordless = await names(
      WORDLESS,
      silent.map(({ part }) => part),
    );
    const ended = [...gave, ...wordless];
    if (ended.length > 0) await this.#client.command(END, { parts: ended });
    for (const name of ended) this.#listed?.add(name);
    return ended.length;
  }

  /** Of which parts there are words, but not the parts. */
  async #gone(): Promise<string[]> {
    const copied = await this.#client.rows<{ name: string }>(COPIED);
    const there = new Set((await this.#parts(0)).map(({ name }) => name));
    return copied.map(({ name }) => name).filter((name) => !there.has(name));
  }

  async #remove(gone: readonly string[]): Promise<void> {
    const settings = { lightweight_deletes_sync: '0' } as const;
    for (let at = 0; at < gone.length; at += PARTS_MAX) {
      const names = gone.slice(at, at + PARTS_MAX);
      await this.#client.command(`DELETE FROM ${LOG_WORDS} WHERE part IN {names:Array(String)}`, { names }, settings);
      for (const name of names) this.#listed?.delete(name);
    }
  }

  /** What was removed row by row stays on the disk until it is merged. */
  async #dropDay(id: string): Promise<void> {
    if (!/^\d{8}$/.test(id)) bug(`"${id}" is no day`);
    await this.#client.command(`ALTER TABLE ${LOG_WORDS} DROP PARTITION ID '${id}'`);
    for (const name of this.#listed ?? []) if (name.startsWith(`${id}_`)) this.#listed?.delete(name);
  }

  async #search({ text, anyCase }: WordPart, first: string, last: string): Promise<readonly string[] | undefined> {
    const kinds = /^[0-9a-f]*$/i.test(text) ? [WORD_KINDS.word, WORD_KINDS.hexadecimal] : [WORD_KINDS.word];
    const [row] = await this.#client.rows<{ words: string[] }>(`${SEARCH} ${conditionOf(text, anyCase)}`, {
      first,
      last,
      kinds,
      text,
    });
    const words = row?.words ?? [];
    const chars = words.reduce((sum, word) => sum + word.length, 0);
    return words.length > WORDS_MAX || chars > WORDS_CHARS_MAX ? undefined : words;
  }
}

/** RE2's other cases count, which are more than the engine's for k and s; those of the other letters of ASCII it finds sooner. */
function conditionOf(text: string, anyCase: boolean): string {
  if (!anyCase) return 'position(word, {text:String}) > 0';
  const matches = "match(word, concat('(?i)', {text:String}))";
  return /^[a-jl-rt-z0-9]*$/i.test(text) ? `word ILIKE concat('%', {text:String}, '%') AND ${matches}` : matches;
}

function dayText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
