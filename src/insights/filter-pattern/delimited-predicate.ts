/** Space-delimited patterns on a message. */
import type { DelimitedPattern } from './ast.ts';
import { layoutOf } from './delimited-pattern.ts';
import { compileCondition, compileValueTest, type EventTest, scalarOfText } from './scalars.ts';

/** The fields of an event: `[…]` and `"…"` are one each, all else goes to the next white space. In RE2's words too. */
export const EVENT_FIELD = String.raw`\[[^\]]*\]|"(?:[^"\\]|\\.)*"|[^ \t\r\n\f\v]+`;
const SPACES = /[ \t\r\n\f\v]*/y;
const WORD = /[^ \t\r\n\f\v]+/y;

interface Field {
  /** Without the brackets or quotes around it. */
  readonly text: string;
  readonly start: number;
}

export function delimitedTest(pattern: DelimitedPattern): EventTest {
  const { places, countMin, countMax, lastTakesRest } = layoutOf(pattern);
  const tests = pattern.fields.flatMap((field, index) => {
    const place = places[index];
    if (field.kind !== 'field' || !field.condition || place === undefined) return [];
    return [{ place, holds: compileCondition(field.condition, compileValueTest) }];
  });
  const matches = (fields: readonly Field[]): boolean =>
    fields.length >= countMin &&
    fields.length <= countMax &&
    tests.every(({ place, holds }) => holds(scalarOfText(fields.at(place)?.text ?? '')));
  const extract = (message: string): Record<string, string> => {
    const fields = fieldsOf(message);
    const names = fields.map((_, index) => `$${index + 1}`);
    for (const [index, field] of pattern.fields.entries()) {
      const place = places[index];
      if (field.kind !== 'field' || field.name === undefined || place === undefined) continue;
      names[place < 0 ? fields.length + place : place] = `$${field.name}`;
    }
    const last = pattern.fields.length - 1;
    const rest = lastTakesRest && fields.length > last + 1 ? fields[last] : undefined;
    const found: Record<string, string> = {};
    for (const [index, { text }] of (rest ? fields.slice(0, last) : fields).entries()) found[names[index] ?? ''] = text;
    if (rest) found[names[last] ?? ''] = message.slice(rest.start).trimEnd();
    return found;
  };
  return {
    matches: (message) => matches(fieldsOf(message)),
    extract,
    valueOf: (message, name) => extract(message)[name],
  };
}

/** By hand and not with {@link EVENT_FIELD}: that would look for the end of every open bracket through the whole rest. */
function fieldsOf(message: string): Field[] {
  const fields: Field[] = [];
  let [bracketsEnd, quotesEnd] = [false, false];
  for (let at = skip(SPACES, message, 0); at < message.length; at = skip(SPACES, message, at)) {
    let end = -1;
    if (message[at] === '[' && !bracketsEnd) bracketsEnd = (end = message.indexOf(']', at)) === -1;
    else if (message[at] === '"' && !quotesEnd) quotesEnd = (end = closingQuote(message, at)) === -1;
    const isEnclosed = end !== -1;
    const next = isEnclosed ? end + 1 : skip(WORD, message, at);
    fields.push({ text: isEnclosed ? message.slice(at + 1, end) : message.slice(at, next), start: at });
    at = next;
  }
  return fields;
}

function closingQuote(message: string, start: number): number {
  for (let at = start + 1; at < message.length; at += 1) {
    if (message[at] === '\\') at += 1;
    else if (message[at] === '"') return at;
  }
  return -1;
}

function skip(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : at;
}
