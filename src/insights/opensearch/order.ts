import type { OrderTerm } from '../compile/relation.ts';
import { asShown, type Typed } from '../compile/typed.ts';

/**
 * Numbers by size; texts, which come before them, by their characters. (Logs Insights QL compares digits in texts by value;
 * SQL does not.)
 */
export function plainOrder(value: Typed, descending: boolean): OrderTerm[] {
  const { sql, kind } = value;
  if (kind === 'number' || kind === 'time' || kind === 'boolean') return [{ sql, descending }];
  const text = asShown(value);
  if (kind === 'text') return [{ sql: text, descending }];
  return [`toFloat64OrNull(${text}) IS NOT NULL`, `toFloat64OrNull(${text})`, text].map((term) => ({
    sql: term,
    descending,
  }));
}
