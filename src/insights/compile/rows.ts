/** Commands that look at neighbouring rows: in which order the rows stand for them. */
import { orderBy } from './order.ts';
import type { Relation } from './relation.ts';

/** `OVER (…)` in the order of the rows; `frame` such as `ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`. */
export function overRows(relation: Relation, frame = ''): string {
  return `OVER (${`${orderBy(relation)} ${frame}`.trim()})`;
}
