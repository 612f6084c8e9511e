import type { OrderTerm, Relation } from './relation.ts';
import type { Typed } from './typed.ts';

/** Events come newest first, and those of the same time in the order in which they came. */
export const NEWEST_FIRST: readonly OrderTerm[] = [
  { sql: 'ts', descending: true },
  { sql: 'sequence', descending: true },
  { sql: 'position', descending: true },
];

/** ` ORDER BY …` for the rows of a relation, or nothing. */
export function orderBy({ order, events }: Relation): string {
  const terms = order ?? (events ? NEWEST_FIRST : []);
  // What is missing is the least of all.
  const texts = terms.map(({ sql, descending }) => (descending ? `${sql} DESC NULLS LAST` : `${sql} ASC NULLS FIRST`));
  return texts.length === 0 ? '' : ` ORDER BY ${texts.join(', ')}`;
}

/**
 * The terms that order by a value: numbers by size; texts that are no numbers come before them and go by pieces, digits in
 * them by their value. (§1.2, sort)
 */
export function naturalOrder({ sql, kind }: Typed, descending: boolean): OrderTerm[] {
  if (kind === 'number' || kind === 'time' || kind === 'boolean') return [{ sql, descending }];
  return [`toFloat64OrNull(${sql}) IS NOT NULL`, `toFloat64OrNull(${sql})`, `naturalSortKey(${sql})`].map((term) => ({
    sql: term,
    descending,
  }));
}
