/** `term "a phrase" -excluded ?optional %regex%`: patterns for unstructured text. */
import type { FilterPattern, Term } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseRegex } from './regex.ts';
import { parseQuoted, unescape } from './values.ts';

export function parseTerms(cursor: Cursor): FilterPattern {
  const all: Term[] = [];
  const none: Term[] = [];
  const any: Term[] = [];
  let terms = 0;
  for (cursor.skipSpace(); !cursor.atEnd; cursor.skipSpace(), terms += 1) {
    const list = cursor.accept('-') ? none : cursor.accept('?') ? any : all;
    const term = parseTerm(cursor);
    if (!cursor.atEnd && !/\s/.test(cursor.next)) throw cursor.unexpected('a space');
    // `" "` matches everything (AWS's page).
    if (list === all && term.kind === 'text' && term.text.trim() === '') continue;
    list.push(term);
  }
  if (all.length + none.length + any.length === 0 || (terms > any.length && all.length + none.length === 0)) {
    return { kind: 'everything' };
  }
  // "If you combine ? with other filter patterns, all question mark terms will be ignored."
  return { kind: 'terms', all, none, any: all.length + none.length > 0 ? [] : any };
}

function parseTerm(cursor: Cursor): Term {
  if (cursor.next === '%') return { kind: 'regex', regex: parseRegex(cursor) };
  if (cursor.next === '"') return { kind: 'text', text: unescape(parseQuoted(cursor)) };
  const word = cursor.match(/[A-Za-z0-9_]+/y)?.[0];
  if (word === undefined) throw cursor.unexpected('a term');
  return { kind: 'text', text: word };
}
