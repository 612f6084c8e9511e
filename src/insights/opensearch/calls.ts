/** Calls, and the forms that stand in the place of one: CASE, CAST, EXTRACT, INTERVAL, TRIM(… FROM …) and the like. */
import { MalformedQuery, type Span } from '../errors.ts';
import { openSearchFunction } from '../functions/index.ts';
import type { Expression, Token, TokenReader } from '../syntax/index.ts';
import { callOf, followedBy, type OpenSearchOptions, parseItems } from './reading.ts';
import { likeExpression, regexExpression } from './patterns.ts';
import { WINDOW_FUNCTIONS } from './steps/window.ts';

type Parse = (reader: TokenReader) => Expression;
type Name = Token & { readonly kind: 'name' };

/** Types of CAST, and the function that converts. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'os:string',
  varchar: 'os:string',
  char: 'os:string',
  int: 'os:integer',
  integer: 'os:integer',
  bigint: 'os:integer',
  long: 'os:integer',
  smallint: 'os:integer',
  tinyint: 'os:integer',
  short: 'os:integer',
  byte: 'os:integer',
  double: 'tonumber',
  float: 'tonumber',
  decimal: 'tonumber',
  numeric: 'tonumber',
  boolean: 'os:boolean',
  timestamp: 'os:timestamp',
  date: 'os:date',
};

const UNITS = 'microsecond millisecond second minute hour day week month quarter year'.split(' ');
const UNIT = new RegExp(`^(${UNITS.join('|')})s?$`, 'i');
/** With an INTERVAL they give a time; with a number of days, a date. */
const DATE_SHIFTS = ['date_add', 'adddate', 'date_sub', 'subdate'];
const WITHOUT_BRACKETS = ['current_timestamp', 'current_date', 'localtimestamp'];

/** @returns what stands for the call, or nothing (and nothing is read) where it is a field */
export function parseCall(
  reader: TokenReader,
  token: Name,
  options: OpenSearchOptions,
  parse: Parse,
): Expression | undefined {
  const word = token.text.toLowerCase();
  const { start } = token.span;
  const second = reader.peekSecond();
  const span = (): Span => ({ start, end: reader.offset });
  if (word === 'case' && options.language === 'SQL') return parseCase(reader, parse);
  if (second.kind !== 'symbol' || second.text !== '(') {
    if (word === 'interval' && (second.kind === 'number' || second.kind === 'string')) return parseInterval(reader);
    if ((word === 'date' || word === 'timestamp') && second.kind === 'string') {
      reader.next();
      return callOf(`os:${word}`, [textLiteral(reader)], span());
    }
    return WITHOUT_BRACKETS.includes(word) ? withoutBrackets(reader, word) : undefined;
  }
  reader.next();
  reader.expect('(');
  if (word === 'cast' || word === 'try_cast') return parseCast(reader, parse, start);
  if (word === 'extract') {
    const unit = unitOf(reader);
    reader.expect('from');
    const time = parse(reader);
    reader.expect(')');
    return callOf(`os:${unit}`, [time], span());
  }
  if (word === 'case') return parsePplCase(reader, parse, start);
  const args = parseArguments(reader, word, parse);
  reader.expect(')');
  const isOver = options.over !== undefined && reader.at('over');
  const call = checkedCall(options.language, token, args, isOver, span());
  return options.over && isOver && call.kind === 'call' ? options.over(reader, call) : call;
}

function withoutBrackets(reader: TokenReader, word: string): Expression {
  const { span } = reader.next();
  return callOf(`os:${word}`, [], span);
}

interface Arguments {
  readonly items: readonly Expression[];
  readonly star: boolean;
  readonly distinct: boolean;
}

function parseArguments(reader: TokenReader, word: string, parse: Parse): Arguments {
  const none = { star: false, distinct: false };
  if (reader.at(')')) return { items: [], ...none };
  if (reader.accept('*')) return { items: [], star: true, distinct: false };
  if (word === 'trim') return { items: parseTrim(reader, parse), ...none };
  const distinct = reader.accept('distinct') !== undefined;
  if (word === 'position' && followedBy(reader, ['in'])) {
    const part = reader.peek().kind === 'string' ? textLiteral(reader) : fieldOf(reader);
    reader.expect('in');
    return { items: [part, parse(reader)], ...none };
  }
  if (word === 'timestampadd' || word === 'timestampdiff') {
    const unit = unitLiteral(reader);
    reader.expect(',');
    return { items: [unit, ...parseItems(reader, () => parse(reader))], ...none };
  }
  const items = parseItems(reader, () => parse(reader));
  const [only] = items;
  if (items.length === 1 && only && reader.accept('from')) {
    items.push(parse(reader));
    if (reader.accept('for')) items.push(parse(reader));
  }
  return { items, star: false, distinct };
}

/** `[BOTH | LEADING | TRAILING] [characters] FROM text`, or `text [, characters]`: text, characters, side. */
function parseTrim(reader: TokenReader, parse: Parse): Expression[] {
  const side = reader.accept('both', 'leading', 'trailing');
  const word: Expression[] = side ? [{ kind: 'literal', value: side.text.toLowerCase(), span: side.span }] : [];
  if (side && reader.accept('from')) {
    const text = parse(reader);
    return [text, { kind: 'literal', value: ' ', span: text.span }, ...word];
  }
  const first = parse(reader);
  if (reader.accept('from')) return [parse(reader), first, ...word];
  if (side) return reader.fail();
  return reader.accept(',') ? [first, parse(reader)] : [first];
}

function checkedCall(language: 'PPL' | 'SQL', token: Name, args: Arguments, isOver: boolean, span: Span): Expression {
  const word = token.text.toLowerCase();
  const { items, star, distinct } = args;
  // Some of Spark's functions are forms of an expression.
  const [first, second] = items;
  if ((word === 'like' || word === 'regexp_like' || word === 'match') && items.length === 2 && first && second) {
    const pattern = second.kind === 'literal' && typeof second.value === 'string' ? second.value : undefined;
    if (pattern === undefined) throw new MalformedQuery('The pattern is a text in quotes.', second.span);
    const text = { text: pattern, span: second.span };
    const found =
      word === 'like' ? likeExpression(first, text, { escape: '\\', anyCase: false }) : regexExpression(first, text);
    return { ...found, span };
  }
  if (DATE_SHIFTS.includes(word) && first && second?.kind === 'call' && second.name === 'os:.interval') {
    const sign: Expression = { kind: 'literal', value: word.includes('sub') ? -1 : 1, span };
    return callOf('os:.shifted', [first, ...second.args, sign], span);
  }
  if (distinct && word !== 'count') throw new MalformedQuery('DISTINCT stands in COUNT only.', span);
  if (star && word !== 'count') throw new MalformedQuery('* stands in COUNT only.', span);
  const window = isOver ? WINDOW_FUNCTIONS.find((one) => one === `os:${word}`) : undefined;
  const name = window ?? openSearchFunction(language, distinct ? 'count_distinct' : word);
  if (name === undefined) {
    throw new MalformedQuery(`There is no function ${token.text} in OpenSearch ${language} here.`, token.span);
  }
  return { kind: 'call', name, args: items, star, span };
}

/** `CASE [x] WHEN … THEN … [ELSE …] END`. */
function parseCase(reader: TokenReader, parse: Parse): Expression {
  const { start } = reader.expect('case').span;
  const subject = reader.at('when') ? undefined : parse(reader);
  const args: Expression[] = subject ? [subject] : [];
  reader.expect('when');
  do {
    args.push(parse(reader));
    reader.expect('then');
    args.push(parse(reader));
  } while (reader.accept('when'));
  if (reader.accept('else')) args.push(parse(reader));
  reader.expect('end');
  return callOf(subject ? 'os:.case_of' : 'os:.case', args, { start, end: reader.offset });
}

/** `case(condition, value, … [else value])`. */
function parsePplCase(reader: TokenReader, parse: Parse, start: number): Expression {
  const args = parseItems(reader, () => parse(reader));
  if (args.length % 2 === 1) return reader.fail('case takes pairs of a condition and a value, then else and a value.');
  if (reader.accept('else')) args.push(parse(reader));
  reader.expect(')');
  return callOf('os:.case', args, { start, end: reader.offset });
}

function parseCast(reader: TokenReader, parse: Parse, start: number): Expression {
  const value = parse(reader);
  reader.expect('as');
  const type = reader.name();
  const name = Object.hasOwn(TYPES, type.text.toLowerCase()) ? TYPES[type.text.toLowerCase()] : undefined;
  if (name === undefined) throw new MalformedQuery(`CAST to ${type.text} is not supported.`, type.span);
  // varchar(20), decimal(10, 2): the store's numbers and texts have no such bounds.
  if (reader.accept('(')) {
    parseItems(reader, () => reader.integer());
    reader.expect(')');
  }
  reader.expect(')');
  return callOf(name, [value], { start, end: reader.offset });
}

/** `INTERVAL 7 DAY`, `INTERVAL '7' DAYS`, `INTERVAL '7 days'`: its number and its unit. */
export function parseInterval(reader: TokenReader): Expression {
  const { start } = reader.expect('interval').span;
  const token = reader.next();
  const [digits = '', unit] = token.kind === 'string' ? token.text.trim().split(/\s+/) : [token.text];
  const value = Number(digits);
  if (digits === '' || !Number.isSafeInteger(value)) {
    throw new MalformedQuery('An INTERVAL is a whole number and a unit.', token.span);
  }
  const name: Expression =
    unit === undefined
      ? unitLiteral(reader)
      : { kind: 'literal', value: unitNamed(unit, token.span), span: token.span };
  return callOf('os:.interval', [{ kind: 'literal', value, span: token.span }, name], { start, end: reader.offset });
}

function unitLiteral(reader: TokenReader): Expression {
  const { span } = reader.peek();
  return { kind: 'literal', value: unitOf(reader), span };
}

function unitOf(reader: TokenReader): string {
  const token = reader.name();
  return unitNamed(token.text, token.span);
}

export function unitNamed(text: string, span: Span): string {
  const unit = UNIT.exec(text)?.[1]?.toLowerCase();
  if (unit !== undefined) return unit;
  throw new MalformedQuery(`A unit of time is one of ${UNITS.join(', ')}.`, span);
}

function fieldOf(reader: TokenReader): Expression {
  const { text, span } = reader.name();
  return { kind: 'field', name: text, span };
}

function textLiteral(reader: TokenReader): Expression {
  const { text, span } = reader.string();
  return { kind: 'literal', value: text, span };
}
