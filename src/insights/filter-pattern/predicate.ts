/** A pattern as a test of one message after the other: for live streams, metric filters and TestMetricFilter. */
import type { FilterPattern, Term } from './ast.ts';
import { delimitedTest } from './delimited-predicate.ts';
import { jsonTest } from './json-predicate.ts';
import { RegexMatcher } from './regex-matcher.ts';
import type { EventTest } from './scalars.ts';

export function compileTest(pattern: FilterPattern): EventTest {
  switch (pattern.kind) {
    case 'everything':
      return { matches: () => true, extract: () => ({}), valueOf: () => undefined };
    case 'terms': {
      const { all, none, any } = { all: tests(pattern.all), none: tests(pattern.none), any: tests(pattern.any) };
      const matches = (message: string): boolean =>
        all.every((test) => test(message)) &&
        !none.some((test) => test(message)) &&
        (any.length === 0 || any.some((test) => test(message)));
      return { matches, extract: () => ({}), valueOf: () => undefined };
    }
    case 'json':
      return jsonTest(pattern.condition);
    case 'delimited':
      return delimitedTest(pattern);
  }
}

function tests(terms: readonly Term[]): ((message: string) => boolean)[] {
  return terms.map((term) => {
    if (term.kind === 'text') return (message) => message.includes(term.text);
    const matcher = new RegexMatcher(term.regex);
    return (message) => matcher.matches(message);
  });
}
