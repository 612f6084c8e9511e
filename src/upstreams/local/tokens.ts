/**
 * What the built-in model calls a token. No model's own tokenizer, but one that is defined, deterministic and of the usual
 * size (about four characters of English a token):
 *   a token is the blanks before it and then: up to 6 letters of a word, or up to 3 digits, or one other character;
 *   blanks at the end of a text are one token.
 * Texts above EXACT_CHARS_MAX are counted at 4 characters a token, because counting must not hold up the server.
 * Of texts that are only read in part (body-reader.ts) the rest counts as the beginning does, in proportion.
 * An image, document, video or audio block counts MEDIA_TOKENS.
 */

const TOKEN = /\s*(?:\p{L}[\p{L}\p{M}]{0,5}|\p{N}{1,3}|[^\s\p{L}\p{N}])|\s+/uy;
const EXACT_CHARS_MAX = 1_000_000;
const CHARS_A_TOKEN = 4;
export const MEDIA_TOKENS = 256;

export function countTokens(text: string): number {
  if (text.length > EXACT_CHARS_MAX) return Math.ceil(text.length / CHARS_A_TOKEN);
  let count = 0;
  TOKEN.lastIndex = 0;
  while (TOKEN.test(text)) count++;
  return count;
}

/** The text's first `count` tokens. */
export function firstTokens(text: string, count: number): string {
  if (text.length > EXACT_CHARS_MAX) return text.slice(0, count * CHARS_A_TOKEN);
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let left = count; left > 0 && TOKEN.test(text); left--) end = TOKEN.lastIndex;
  return text.slice(0, end);
}

/** Where each token stands; of long texts only the beginning. */
export function tokenRanges(text: string): readonly { readonly start: number; readonly end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  TOKEN.lastIndex = 0;
  for (let start = 0; ranges.length < RANGES_MAX && TOKEN.test(text); start = TOKEN.lastIndex) {
    ranges.push({ start, end: TOKEN.lastIndex });
  }
  return ranges;
}

const RANGES_MAX = 10_000;

const WORD = /\s*\S+(?:\s+$)?|\s+$/g;
/** Chunks of a stream at most; longer texts have longer chunks. */
const CHUNKS_MAX = 10_000;
const WORDWISE_CHARS_MAX = 200_000;

/** The text cut before each word's blanks: what a stream hands out one by one. */
export function words(text: string): readonly string[] {
  if (text.length <= WORDWISE_CHARS_MAX) return text.match(WORD) ?? [];
  const size = Math.max(20, Math.ceil(text.length / CHUNKS_MAX));
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(at + size, text.length);
    // Not between the halves of a character.
    if (/[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end++;
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}
