/** Queries made by chance from those that people write: cut, joined, shuffled, with odd and hostile pieces put in. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandNames, functionNames } from '#insights';

/** Stands in every hostile piece; no text of ours has it. */
export const HOSTILE = 'hostile7';

/** Numbers that only look as if by chance. (mulberry32) */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const GOLDEN = join(import.meta.dirname, 'golden');
const CORPUS = resolve(import.meta.dirname, '../../../shared/specs/insights-corpus.jsonl');
/** Golden queries of other languages. */
const OTHER_LANGUAGE = /ppl|sql|opensearch|filter-pattern/i;

/** Golden queries, and the corpus where it is there. */
export function seeds(): string[] {
  const golden = readdirSync(GOLDEN)
    .filter((name) => name.endsWith('.json') && !OTHER_LANGUAGE.test(name))
    .flatMap((name) => JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')) as { readonly query?: string }[])
    .flatMap(({ query }) => query ?? []);
  if (!existsSync(CORPUS)) return golden;
  const lines = readFileSync(CORPUS, 'utf8').trim().split('\n');
  return [...golden, ...lines.map((line) => (JSON.parse(line) as { query: string }).query)];
}

const PIECE = /`[^`]*`|"[^"\n]*"|'[^'\n]*'|\/[^/\n]+\/|[\w@.]+|\s+|[^\s\w]/g;

const HOSTILES = [
  `"${HOSTILE}'); DROP TABLE x --"`,
  `'\\\\\\'${HOSTILE}" UNION ALL SELECT 1'`,
  `"{p0:String}${HOSTILE}"`,
  `\`${HOSTILE}' OR 1=1 --\``,
  `\`${HOSTILE}\` \``,
  `${HOSTILE}.x.0`,
  `@${HOSTILE}`,
  `@@${HOSTILE}`,
  `/${HOSTILE}'\\)(?<${HOSTILE}>x)/`,
  `5${HOSTILE}`,
  `(${HOSTILE})`,
  `"${HOSTILE}*"`,
  `[${HOSTILE}]`,
  `as ${HOSTILE}`,
];

const ODD = [
  '',
  ' ',
  '\n',
  '\t',
  '\u0000',
  '\u0001',
  '\u001E',
  '\u200B',
  '😀',
  '\uD800',
  'é',
  '\\',
  '#',
  '`',
  '"',
  "'",
  '/',
];

const SYMBOLS = '| , ( ) [ ] . + - * / % ^ = != < <= > >= =~ ! :'.split(' ');
const KEYWORDS = 'and or not like in as by asc desc any true null multi offset where'.split(' ');
const NUMBERS = '5m 1h 30d 1mo 0s 9e9 1e308 -1 0 99999999999999999999 0.1'.split(' ');
const OPERANDS = ['@message', '@timestamp', 'a', 'a.b.0.c', '`x y`', '"text"', "'it'", '/re(?<g>x)/', '"a=* b"', '*'];
const WORDS = [...SYMBOLS, ...KEYWORDS, ...NUMBERS, ...OPERANDS];

export interface Fuzz {
  /** One more query. */
  next(): string;
}

export function fuzzer(seed: number, from: readonly string[] = seeds()): Fuzz {
  const random = randomFrom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const oneOf = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const words = [...WORDS, ...commandNames(), ...functionNames().map((name) => `${name}(`)];
  const anyPiece = (): string => {
    const kind = random();
    if (kind < 0.5) return oneOf(words);
    if (kind < 0.75) return oneOf(HOSTILES);
    if (kind < 0.9) return oneOf(ODD);
    return String.fromCodePoint(below(0x11_0000));
  };
  const mutations: readonly ((pieces: string[]) => void)[] = [
    (pieces) => pieces.splice(below(pieces.length + 1), 0, anyPiece()),
    (pieces) => pieces.splice(below(pieces.length), 1),
    (pieces) => pieces.splice(below(pieces.length), 1, anyPiece()),
    (pieces) => pieces.splice(below(pieces.length), 1, oneOf(pieces)),
    (pieces) => pieces.splice(below(pieces.length), below(6)),
    (pieces) => pieces.splice(below(pieces.length), 0, ...pieces.slice(below(pieces.length), below(pieces.length) + 8)),
    (pieces) => pieces.push(' | ', ...(oneOf(from).match(PIECE) ?? [])),
    (pieces) =>
      pieces.splice(
        below(pieces.length),
        0,
        oneOf(['(', '[', 'not ', '-', 'abs(', '`', 'round(', 'greatest(a, ']).repeat(below(400)),
      ),
  ];
  return {
    next: () => {
      if (random() < 0.1) return Array.from({ length: below(40) }, anyPiece).join(random() < 0.5 ? ' ' : '');
      const pieces: string[] = oneOf(from).match(PIECE) ?? [''];
      for (let count = 1 + below(4); count > 0; count -= 1) oneOf(mutations)(pieces);
      return pieces.join('');
    },
  };
}
