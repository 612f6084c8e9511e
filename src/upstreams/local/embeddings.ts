/**
 * Lexical embeddings by feature hashing: each word and each pair of neighbours adds ±1 at a place told by its hash; the
 * vector is scaled to length 1. Texts that share words are near each other; meaning is not known. Deterministic.
 */

const WORDS = /[\p{L}\p{N}]+/gu;
/** Text beyond this changes nothing: models cut their input too. */
const CHARS_MAX = 50_000;
const PAIR_WEIGHT = 0.5;
const DECIMALS = 8;

/** @returns a vector of `dimensions` numbers; of length 1 when `normalize` (else counts) */
export function embed(text: string, dimensions: number, normalize = true): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  let before: string | undefined;
  for (const [word] of text.slice(0, CHARS_MAX).toLowerCase().matchAll(WORDS)) {
    add(vector, word, 1);
    if (before !== undefined) add(vector, `${before} ${word}`, PAIR_WEIGHT);
    before = word;
  }
  // A text without words still has a direction.
  if (before === undefined) add(vector, text, 1);
  if (!normalize) return vector;
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0)) || 1;
  return vector.map((value) => Number((value / length).toFixed(DECIMALS)));
}

function add(vector: number[], feature: string, weight: number): void {
  const hash = fnv1a(feature);
  const place = hash % vector.length;
  vector[place] = (vector[place] ?? 0) + (hash & 0x8000_0000 ? -weight : weight);
}

/** FNV-1a over UTF-16 units, with a last mixing so that low bits are good. */
function fnv1a(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b_3c6d) >>> 0;
}
