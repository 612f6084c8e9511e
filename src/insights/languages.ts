/** The query languages: each has a front end of its own, and all come to the same tree. */
import { MalformedQuery } from './errors.ts';
import { parseQuery as parseInsights, QUERY_CHARS_MAX } from './parse-query.ts';
import { parsePpl } from './ppl/index.ts';
import { parseSql } from './sql/index.ts';
import type { Query } from './syntax/index.ts';

/** CWLI: Logs Insights QL. (StartQuery, queryLanguage.) */
export type QueryLanguage = 'CWLI' | 'PPL' | 'SQL';

/**
 * @param values of the placeholders of a saved query, which only Logs Insights QL has; undefined when it has none
 * @throws {MalformedQuery} with the place of what cannot be understood
 */
export function parseQuery(
  text: string,
  language: QueryLanguage = 'CWLI',
  values?: ReadonlyMap<string, string>,
): Query {
  if (text.length > QUERY_CHARS_MAX) {
    const span = { start: QUERY_CHARS_MAX, end: text.length };
    throw new MalformedQuery(`A query has at most ${QUERY_CHARS_MAX} characters.`, span);
  }
  if (language === 'PPL') return parsePpl(text);
  return language === 'SQL' ? parseSql(text) : parseInsights(text, values);
}
