/**
 * Filter patterns of unstructured events, as far as AWS's page leaves no doubt about them: terms of letters, digits and
 * underscores, "quoted phrases", `-term` to exclude, `?term` for any of. Matching is by containment and case-sensitive;
 * `?` terms beside others are ignored (cloudwatch-logs-and-knowledge-bases.md §2.1). JSON, space-delimited and regex
 * patterns are a later issue and are refused in words.
 */
import { invalidParameter } from './errors.ts';

export type EventTest = (message: string) => boolean;

const TERM = /\s*([?-]?)(?:([A-Za-z0-9_]+)|"((?:[^"\\]|\\.)*)")(?=\s|$)/y;

/**
 * The test that a pattern means; undefined when it matches everything.
 * @throws {ApiError} InvalidParameterException for patterns that are not there yet, and for none
 */
export function compileTerms(pattern: string): EventTest | undefined {
  if (pattern.trim() === '') return undefined;
  const all: string[] = [];
  const none: string[] = [];
  const any: string[] = [];
  TERM.lastIndex = 0;
  const text = pattern.trimEnd();
  while (TERM.lastIndex < text.length) {
    const [, sign, word, phrase] = TERM.exec(text) ?? refuse();
    const term = word ?? (phrase ?? '').replaceAll(/\\(.)/g, '$1');
    if (sign === '-') none.push(term);
    else if (sign === '?') any.push(term);
    else all.push(term);
  }
  if (all.length + none.length > 0) {
    return (message) => all.every((term) => message.includes(term)) && !none.some((term) => message.includes(term));
  }
  return (message) => any.some((term) => message.includes(term));
}

function refuse(): never {
  throw invalidParameter(
    'This filter pattern is not supported yet: only terms of letters, digits and underscores, "quoted phrases", -excluded and ?optional ones are. JSON, space-delimited and regular expression patterns will follow.',
  );
}
