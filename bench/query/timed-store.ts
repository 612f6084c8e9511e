/** A store that tells how long each part of a query took. */
import type { Store } from '#store';

export interface Parts {
  /** Finding out what the events have, and which words there are; before the query is there. Milliseconds, as all. */
  sourceMs: number;
  rowsMs: number;
  matchedMs: number;
  sizeMs: number;
}
export type QueryStore = Pick<Store, 'query' | 'scopeSize' | 'logEventSource' | 'wordsHolding'>;

export function timed(store: QueryStore, parts: Parts): QueryStore {
  const measure = async <Result>(part: keyof Parts, work: () => Promise<Result>): Promise<Result> => {
    const startedMs = performance.now();
    try {
      return await work();
    } finally {
      parts[part] += performance.now() - startedMs;
    }
  };
  return {
    logEventSource: (scope, prefix) => measure('sourceMs', () => store.logEventSource(scope, prefix)),
    wordsHolding: (wanted, range) => measure('sourceMs', () => store.wordsHolding(wanted, range)),
    scopeSize: (source) => measure('sizeMs', () => store.scopeSize(source)),
    query: async function* (query) {
      const startedMs = performance.now();
      try {
        yield* store.query(query);
      } finally {
        parts[query.sql.includes('AS matched FROM') ? 'matchedMs' : 'rowsMs'] += performance.now() - startedMs;
      }
    },
  };
}
