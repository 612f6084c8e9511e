import { jsonShown } from '../terminal/shown.ts';
import type { Row } from './columns.ts';

/** One array, an object a line; members in the order of the columns, a missing value left out, every value a string as AWS gives it. */
export function* json(columns: readonly string[], rows: readonly Row[]): Generator<string> {
  yield '[';
  let before = '\n  ';
  for (const row of rows) {
    const members = columns.flatMap((name) => {
      const value = row.get(name);
      return value === undefined ? [] : [`${jsonShown(name)}: ${jsonShown(value)}`];
    });
    yield `${before}{${members.join(', ')}}`;
    before = ',\n  ';
  }
  yield rows.length === 0 ? ']\n' : '\n]\n';
}
