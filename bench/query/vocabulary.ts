/** Texts that look like people's: words by their frequency (Zipf), several scripts, and marks that queries look for. */

/** In about every third record. */
export const COMMON_WORD = 'invoice';
/** In one record of RARE_EVERY, in prompts. */
export const RARE_WORD = 'quixotropic';
export const RARE_EVERY = 20_000;
/** In one record of OTHER_SCRIPT_EVERY, inside of a sentence in its language. */
export const OTHER_SCRIPT_WORD = 'Übergabeprotokoll';
const OTHER_SCRIPT_EVERY = 5_000;

/** Deterministic: the same seed gives the same records on every machine. (mulberry32) */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += (this.next() * 4_294_967_296).toString(16).slice(0, 6).padStart(6, '0');
    return text.slice(0, digits);
  }
}

const FREQUENT =
  'the of and to a in is that for it as was with be by on not he this are or his from at which but have an had they you were their one all we can her has there been if more when will would who so no out up said what its about than into them only some could time these two may then do first any my now such like our over man me even most made after also did many before must through years where much your way well down should because each just those people how too little state good very make world still own see men work long get here between both life being under never day same another know while last might us great old year off come since against go came right used take three'.split(
    ' ',
  );
const SYLLABLES =
  'ba be bi bo bu ca ce ci co cu da de di do du fa fe fi fo ga ge go ha he hi la le li lo lu ma me mi mo mu na ne ni no nu pa pe pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo za zo ber ter mer con tion ment ing ist'.split(
    ' ',
  );
const WORDS_MAX = 20_000;
const SENTENCES: readonly [string, ...string[]] = [
  `Bitte prüfe das ${OTHER_SCRIPT_WORD} für den Schlüsseldienst in Köln.`,
  'Пожалуйста, проверьте накладную и сообщите о результатах.',
  '請確認發票號碼與付款日期是否正確。',
];

function makeWords(): string[] {
  const random = new Random(7);
  const words = new Set(FREQUENT);
  while (words.size < WORDS_MAX) {
    let word = '';
    for (let left = 2 + random.below(3); left > 0; left -= 1) word += SYLLABLES[random.below(SYLLABLES.length)] ?? '';
    words.add(word);
  }
  return [...words];
}
const WORDS = makeWords();
const LOG_WORDS = Math.log(WORDS.length);

/** About as many characters, in sentences. */
export function prose(random: Random, characters: number): string {
  let text = '';
  let left = 6 + random.below(12);
  while (text.length < characters) {
    // Log-uniform ranks are Zipf's law with exponent 1.
    text += WORDS[Math.floor(Math.exp(random.next() * LOG_WORDS)) - 1] ?? '';
    left -= 1;
    if (left > 0) text += ' ';
    else {
      text += random.next() < 0.2 ? '.\n' : '. ';
      left = 6 + random.below(12);
    }
  }
  return text;
}

/** What somebody asks in record `index`: the marks are where they are, whatever else is in it. */
export function question(random: Random, index: number, characters: number): string {
  let text = prose(random, characters);
  if (random.next() < 0.3) text += ` Please check the ${COMMON_WORD} again.`;
  if (index % RARE_EVERY === 777) text += ` This looks ${RARE_WORD} to me.`;
  if (index % OTHER_SCRIPT_EVERY === 1_234) text += ` ${SENTENCES[0]}`;
  else if (random.next() < 0.02) text += ` ${random.pick(SENTENCES)}`;
  return text;
}
