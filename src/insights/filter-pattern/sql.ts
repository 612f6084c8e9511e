/**
 * A pattern as a condition of ClickHouse over the column `message`. It means what the predicate means, with these known
 * exceptions, all of JSON that the engine reads otherwise than JavaScript: of a key that an object has twice the engine
 * sees the first; and it reads no message with numbers past 64 bits or past doubles, with half a surrogate pair as an
 * escape, or more than 1,024 levels deep: {@link FilterSql.candidates} lets those through, for the predicate to decide.
 */
import type { Parameters } from '../compile/parameters.ts';
import type { Condition, DelimitedPattern, FilterPattern, SelectorTest, Step, Term, ValueTest } from './ast.ts';
import { EVENT_FIELD } from './delimited-predicate.ts';
import { layoutOf } from './delimited-pattern.ts';
import { re2Source } from './regex.ts';
import { NUMERIC_TEXT } from './scalars.ts';

/** Shorter words stand in too many others. */
const WORD_CHARS_MIN = 3;

export interface FilterSql {
  /** Holds for the messages that match; undefined: for all. */
  readonly matching: string | undefined;
  /** Holds for those and for the few that only the predicate can judge. */
  readonly candidates: string | undefined;
}

/** All texts of the pattern become bound parameters. */
export function compileFilterSql(pattern: FilterPattern, parameters: Parameters): FilterSql {
  switch (pattern.kind) {
    case 'everything':
      return { matching: undefined, candidates: undefined };
    case 'terms': {
      const { all, none, any } = pattern;
      const conditions = [
        ...all.flatMap((term) => [...wordSql(term, parameters), termSql(term, parameters)]),
        ...none.map((term) => `NOT ${termSql(term, parameters)}`),
        ...(any.length > 0 ? [`(${any.map((term) => termSql(term, parameters)).join(' OR ')})`] : []),
      ];
      const matching = `(${conditions.join(' AND ')})`;
      return { matching, candidates: matching };
    }
    case 'json': {
      const condition = conditionSql(pattern.condition, (test) => selectorSql(test, parameters));
      const matching = `(JSONType(message) = 'Object' AND ${condition})`;
      return { matching, candidates: `(${matching} OR (match(message, '^\\\\s*\\\\{') AND NOT isValidJSON(message)))` };
    }
    case 'delimited': {
      const matching = delimitedSql(pattern, parameters);
      return { matching, candidates: matching };
    }
  }
}

function conditionSql<Test>(condition: Condition<Test>, sql: (test: Test) => string): string {
  if (condition.kind === 'test') return sql(condition.test);
  const operands = condition.operands.map((operand) => conditionSql(operand, sql));
  return `(${operands.join(condition.kind === 'and' ? ' AND ' : ' OR ')})`;
}

function termSql(term: Term, parameters: Parameters): string {
  if (term.kind === 'regex') return `match(message, ${parameters.text(re2Source(term.regex))})`;
  return `(position(message, ${parameters.text(term.text)}) > 0)`;
}

/**
 * What a text term implies and the index of words can answer: that its longest run of letters and digits stands in the
 * message. Over 300,000 events a rare term takes 0.1 s so, without it 1 s; a common one the same.
 */
function wordSql(term: Term, parameters: Parameters): string[] {
  if (term.kind !== 'text') return [];
  const [longest = ''] = (term.text.match(/[A-Za-z0-9]+/g) ?? []).toSorted((a, b) => b.length - a.length);
  return longest.length < WORD_CHARS_MIN ? [] : [`message LIKE ${parameters.text(`%${longest}%`)}`];
}

/** What is asked of a text, and of the number that it is (NULL where it is none). */
function valueSql(test: ValueTest, text: string, number: string, parameters: Parameters): string {
  switch (test.kind) {
    case 'regex':
      return `${test.negated ? 'NOT ' : ''}match(${text}, ${parameters.text(re2Source(test.regex))})`;
    case 'number': {
      const comparison = `${number} ${test.operator} ${parameters.number(test.value)}`;
      return `ifNull(${comparison}, ${test.operator === '!=' ? 1 : 0})`;
    }
    case 'text': {
      const [first = '', ...more] = test.glob;
      if (more.length === 0) return `(${text} ${test.negated ? '!=' : '='} ${parameters.text(first)})`;
      const pattern = test.glob.map((part) => part.replaceAll(/[\\%_]/g, '\\$&')).join('%');
      return `${test.negated ? 'NOT ' : ''}like(${text}, ${parameters.text(pattern)})`;
    }
  }
}

function numberOfText(text: string): string {
  return `if(match(${text}, '${NUMERIC_TEXT.replaceAll('\\', '\\\\')}'), toFloat64OrNull(${text}), NULL)`;
}

function selectorSql({ selector: { steps }, test }: SelectorTest, parameters: Parameters): string {
  const wildcard = steps.findIndex(({ kind }) => kind === 'any');
  const on = (json: string, way: readonly Step[]): string => valueAtSql(json, way, test, parameters);
  const step = steps[wildcard];
  if (step?.kind !== 'any') return on('message', steps);
  const before = steps.slice(0, wildcard);
  const { args, guard } = wayTo('message', before, parameters);
  const [elements, element] =
    step.of === 'array'
      ? [`JSONExtractArrayRaw(${args})`, 'element']
      : [`JSONExtractKeysAndValuesRaw(${args})`, 'element.2'];
  const holds = on(element, steps.slice(wildcard + 1));
  // "Not exists" holds when there is none at all.
  if (test.kind === 'not-exists') return `NOT (${guard}arrayExists(element -> NOT ${holds}, ${elements}))`;
  return `(${guard}arrayExists(element -> ${holds}, ${elements}))`;
}

function valueAtSql(json: string, steps: readonly Step[], test: SelectorTest['test'], parameters: Parameters): string {
  const { args, guard } = wayTo(json, steps, parameters);
  const has = steps.length === 0 ? '1' : `JSONHas(${args})`;
  const type = `JSONType(${args})`;
  if (test.kind === 'not-exists') return `(NOT (${guard}${has}))`;
  if (test.kind === 'is') {
    if (test.value === null) return `(${guard}${has} AND ${type} = 'Null')`;
    return `(${guard}${type} = 'Bool' AND JSONExtractBool(${args}) = ${test.value ? 1 : 0})`;
  }
  const text = `JSONExtractString(${args})`;
  const number = `multiIf(${type} IN ('Int64', 'UInt64', 'Double'), JSONExtractFloat(${args}), ${type} = 'String', ${numberOfText(text)}, NULL)`;
  const isScalar = `${type} IN ('String', 'Int64', 'UInt64', 'Double', 'Bool')`;
  return `(${guard}${isScalar} AND ${valueSql(test, text, number, parameters)})`;
}

/** The arguments of a JSON function; the guard holds when what is counted through are arrays (`JSONExtract` counts through objects too). */
function wayTo(json: string, steps: readonly Step[], parameters: Parameters): { args: string; guard: string } {
  const args = [json];
  let guard = '';
  for (const step of steps) {
    if (step.kind === 'index') {
      guard += `JSONType(${args.join(', ')}) = 'Array' AND `;
      args.push(parameters.bind(step.index + 1, 'Int64'));
    } else if (step.kind === 'key') {
      args.push(parameters.text(step.key));
    }
  }
  return { args: args.join(', '), guard };
}

/** The event's fields are taken apart once and named in a lambda. */
function delimitedSql(pattern: DelimitedPattern, parameters: Parameters): string {
  const { places, countMin, countMax } = layoutOf(pattern);
  const conditions = [
    countMin === countMax ? `length(fields) = ${countMin}` : `length(fields) >= ${countMin}`,
    ...pattern.fields.flatMap((field, index) => {
      const place = places[index];
      if (field.kind !== 'field' || !field.condition || place === undefined) return [];
      const text = `fields[${place < 0 ? place : place + 1}]`;
      return [conditionSql(field.condition, (test) => valueSql(test, text, numberOfText(text), parameters))];
    }),
  ];
  const raw = `extractAll(message, ${parameters.text(EVENT_FIELD)})`;
  const enclosed = `(startsWith(field, '[') AND endsWith(field, ']') OR startsWith(field, '"') AND endsWith(field, '"'))`;
  const bare = `arrayMap(field -> if(length(field) > 1 AND ${enclosed}, substring(field, 2, length(field) - 2), field), ${raw})`;
  return `arrayExists(fields -> ${conditions.join(' AND ')}, [${bare}])`;
}
