/**
 * Table `varve.log_words`: the words in the text index of each part of `varve.log_events`, as far as they were listed (see
 * index-words.ts). Stays empty where a server is asked by URL.
 */
export const LOG_WORDS = 'varve.log_words';

/** What a row says. */
export const WORD_KINDS = {
  word: 0,
  /** A word of hexadecimal digits: most of ids' and numbers', which a search for other letters passes over. */
  hexadecimal: 1,
  /** All words of the part are there. */
  end: 2,
} as const;

export const LOG_WORD_COLUMNS = [
  'day Date CODEC(ZSTD(1))',
  'part LowCardinality(String)',
  'kind UInt8 CODEC(ZSTD(1))',
  'word String CODEC(LZ4)',
];
