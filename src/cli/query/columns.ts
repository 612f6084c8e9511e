/** Which columns a result has, and in which order: GetQueryResults tells only the fields that each row has. */
import { compileQuery, earlierOf, type EventSource, parseQuery, subqueriesOf } from '#insights';

/** Values by field, in the order of the server. A map: a field may be called `constructor`, and `1` does not come first. */
export type Row = ReadonlyMap<string, string>;
/** Means something to programs only. */
const POINTER = '@ptr';

/** Nothing is read: only what the commands show is asked for. */
const NO_EVENTS: EventSource = { sql: '', logGroup: "''", parameters: {}, others: [] };

/**
 * The columns that the query shows, before any row is there.
 * @returns undefined when this version cannot tell; the server may know more
 */
export function columnsOfQuery(text: string): string[] | undefined {
  try {
    const query = parseQuery(text);
    const nested = new Map(subqueriesOf(query).map((node) => [node, NO_EVENTS]));
    const times = { startMs: 0, endMs: 0, nowMs: 0 };
    const earlier = new Map(earlierOf(query, times).map(({ node }) => [node, NO_EVENTS]));
    return [...compileQuery(query, { source: NO_EVENTS, nested, earlier, times }).columns];
  } catch {
    return undefined;
  }
}

/** The first columns, and whatever else the rows have: each behind the one it stands behind in its row. */
export function columnsOf(first: readonly string[], rows: Iterable<Row>): string[] {
  const columns = [...first];
  const known = new Set(columns);
  for (const row of rows) {
    let at = 0;
    for (const name of row.keys()) {
      if (known.has(name)) {
        at = columns.indexOf(name, at) < 0 ? at : columns.indexOf(name, at) + 1;
      } else {
        columns.splice(at, 0, name);
        known.add(name);
        at += 1;
      }
    }
  }
  return columns;
}

export function withoutPointer(columns: readonly string[]): string[] {
  return columns.filter((name) => name !== POINTER);
}
