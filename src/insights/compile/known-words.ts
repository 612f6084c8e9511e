/**
 * Which words of the messages' text index hold a part of a word. The engine finds that out by scanning the index's own list of
 * words; who runs a query may know it sooner. What a query needs is only known when it has been compiled: it is compiled once
 * to hear what it asks for, and once more with the answers.
 */

/** A run of {@link WORD_SIGNS} that a word holds. */
export interface WordPart {
  readonly text: string;
  /** Letters stand for their other case, too, as RE2's `(?i)` has it. */
  readonly anyCase: boolean;
}

/** What words are made of: ASCII letters and digits, and all that is not ASCII. Everything else separates them. */
export const WORD_SIGNS = String.raw`A-Za-z0-9\u0080-\u{10ffff}`;

/** Of one query. */
const ASKED_MAX = 16;

export class KnownWords {
  readonly #known: ReadonlyMap<string, readonly string[]>;
  readonly #asked = new Map<string, WordPart>();

  /** @param known words by {@link wordKey} */
  constructor(known: ReadonlyMap<string, readonly string[]>) {
    this.#known = known;
  }

  /** All words with the part, in messages of the query's time; undefined where that is not known. */
  of(part: WordPart): readonly string[] | undefined {
    const key = wordKey(part);
    const words = this.#known.get(key);
    if (words === undefined && this.#asked.size < ASKED_MAX) this.#asked.set(key, part);
    return words;
  }

  /** What was not known, and would help. */
  get asked(): readonly WordPart[] {
    return [...this.#asked.values()];
  }
}

export function wordKey({ text, anyCase }: WordPart): string {
  return `${anyCase ? 'i' : '='}${text}`;
}
