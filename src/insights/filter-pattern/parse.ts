/**
 * Filter patterns: what FilterLogEvents, metric and subscription filters and the live tail select events by.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html (§2.1)
 */
import { type FilterPattern, regexCount } from './ast.ts';
import { Cursor } from './cursor.ts';
import { parseDelimitedPattern } from './delimited-pattern.ts';
import { invalidPattern } from './errors.ts';
import { parseJsonPattern } from './json-pattern.ts';
import { parseTerms } from './terms.ts';

export const FILTER_PATTERN_CHARS_MAX = 1_024;
/** "A limit of 2 regex for each filter pattern when creating a delimited or JSON filter pattern." */
const REGEX_MAX = 2;

/** @throws {InvalidFilterPattern} with AWS's words and the place */
export function parseFilterPattern(text: string): FilterPattern {
  if (text.length > FILTER_PATTERN_CHARS_MAX) {
    const span = { start: FILTER_PATTERN_CHARS_MAX, end: text.length };
    throw invalidPattern(`it is longer than ${FILTER_PATTERN_CHARS_MAX} characters`, span);
  }
  const cursor = new Cursor(text, 0, text.trimEnd().length);
  cursor.skipSpace();
  if (cursor.atEnd) return { kind: 'everything' };
  const { offset } = cursor;
  const pattern = parseBy(cursor);
  if (pattern.kind !== 'terms' && regexCount(pattern) > REGEX_MAX) {
    const span = { start: offset, end: cursor.end };
    throw invalidPattern(`there are more than ${REGEX_MAX} regular expressions`, span);
  }
  return pattern;
}

function parseBy(cursor: Cursor): FilterPattern {
  if (cursor.next === '{') return parseJsonPattern(cursor);
  if (cursor.next === '[') return parseDelimitedPattern(cursor);
  return parseTerms(cursor);
}
