/** Aggregates. Missing values do not count. */
import type { Relation } from '../../compile/relation.ts';
import { asCondition, asNumber, asShown, asText, type Typed, typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import type { CallNode } from '../../syntax/index.ts';
import { AGGREGATES } from '../aggregates.ts';
import { aggregate, alsoNamed, arg, type FunctionDefinition, type FunctionTable } from '../definition.ts';

/** Values that a list takes. */
const VALUES_MAX = 1_000;
const TAKE_DEFAULT = 10;

export const OPEN_SEARCH_AGGREGATES: FunctionTable = {
  ...known('count', 0, 1, 'count'),
  ...known('sum', 1, 1, 'sum'),
  ...known('avg', 1, 1, 'avg', 'mean'),
  ...known('stddev', 1, 1, 'stddev', 'stddev_samp', 'std'),
  ...known('variance', 1, 1, 'variance', 'var_samp'),
  ...known('count_distinct', 1, 1, 'distinct_count', 'dc', 'approx_count_distinct', 'distinct_count_approx'),
  ...many('stddev_pop', 1, 1, (_node, args) => typed(finite(`stddevPopOrNull(${asNumber(arg(args, 0))})`), 'number')),
  ...many('var_pop', 1, 1, (_node, args) => typed(finite(`varPopOrNull(${asNumber(arg(args, 0))})`), 'number')),
  ...many('count_distinct', 1, Infinity, (_node, args) => {
    const values = args.map(asShown);
    const all = values.map((sql) => `${sql} IS NOT NULL`).join(' AND ');
    return typed(`toFloat64(uniqExactIf(tuple(${values.join(', ')}), ${all}))`, 'number');
  }),
  ...many('count_if', 1, 1, (_node, args) =>
    typed(`toFloat64(countIf(ifNull(${asCondition(arg(args, 0))}, 0)))`, 'number'),
  ),
  ...many('min', 1, 1, (_node, args) => extreme('min', arg(args, 0))),
  ...many('max', 1, 1, (_node, args) => extreme('max', arg(args, 0))),
  ...many('median', 1, 1, (_node, args) => quantile(0.5, arg(args, 0))),
  ...many('min_by', 2, 2, (_node, args) => extremeBy('argMin', args)),
  ...many('max_by', 2, 2, (_node, args) => extremeBy('argMax', args)),
  ...many('any_value', 1, 1, (_node, args) => typed(`any(${arg(args, 0).sql})`, arg(args, 0).kind)),
  ...many('first first_value earliest', 1, 1, (node, args, _context, relation) =>
    byTime('argMin', node, args, relation),
  ),
  ...many('last last_value latest', 1, 1, (node, args, _context, relation) => byTime('argMax', node, args, relation)),
  ...many('collect_list array_agg', 1, 1, (_node, args) => listOf(`groupArray(${VALUES_MAX})`, arg(args, 0))),
  ...many('collect_set values', 1, 1, (_node, args) =>
    typed(`toJSONString(arraySort(groupUniqArray(${VALUES_MAX})(assumeNotNull(${asShown(arg(args, 0))}))))`, 'json'),
  ),
  ...many('take', 1, 2, (node, args) => {
    const size = args.length === 2 ? numberLiteral(node, args, 1, 1, VALUES_MAX) : TAKE_DEFAULT;
    return listOf(`groupArray(${Math.trunc(size)})`, arg(args, 0));
  }),
};

/** Percentiles: PPL counts them to 100. */
export const PPL_AGGREGATES: FunctionTable = many('percentile percentile_approx', 2, 2, (node, args) =>
  quantile(numberLiteral(node, args, 1, 0, 100) / 100, arg(args, 0)),
);
/** SQL counts them to 1. */
export const SQL_AGGREGATES: FunctionTable = many(
  'percentile percentile_approx approx_percentile',
  2,
  3,
  (node, args) => quantile(numberLiteral(node, args, 1, 0, 1), arg(args, 0)),
);

function known(of: string, least: number, most: number, ...names: readonly string[]): FunctionTable {
  const definition = AGGREGATES[of];
  if (!definition) throw new Error(`BUG: there is no function ${of}`);
  const [first = of, ...others] = names;
  return alsoNamed(aggregate(first, least, most, definition.compile), ...others);
}

function many(names: string, least: number, most: number, compile: FunctionDefinition['compile']): FunctionTable {
  const [first = '', ...others] = names.split(' ');
  return alsoNamed(aggregate(first, least, most, compile), ...others);
}

/** Of numbers the least or greatest number; when some are none, of texts by their characters. */
function extreme(of: 'min' | 'max', value: Typed): Typed {
  if (value.kind === 'number' || value.kind === 'time' || value.kind === 'boolean') {
    return typed(`${of}OrNull(${value.sql})`, value.kind);
  }
  const text = asShown(value);
  if (value.kind !== 'any') return typed(`${of}OrNull(${text})`, value.kind);
  const number = asText(typed(`${of}OrNull(toFloat64OrNull(${text}))`, 'number'));
  const allNumbers = `countIf(${text} IS NOT NULL AND toFloat64OrNull(${text}) IS NULL) = 0`;
  return typed(`if(${allNumbers}, ${number}, ${of}OrNull(${text}))`, 'any');
}

function extremeBy(of: 'argMin' | 'argMax', args: readonly Typed[]): Typed {
  const [value, key] = [arg(args, 0), arg(args, 1)];
  const by =
    key.kind === 'number' || key.kind === 'time' ? key.sql : `tuple(toFloat64OrNull(${asShown(key)}), ${asShown(key)})`;
  return typed(`${of}OrNull(${value.sql}, ${by})`, value.kind);
}

/** The value of the first or last event. */
function byTime(of: 'argMin' | 'argMax', node: CallNode, args: readonly Typed[], { events }: Relation): Typed {
  if (!events) throw new MalformedQuery('These rows are no events: they have no first and last.', node.span);
  const value = arg(args, 0);
  return typed(`${of}OrNull(${value.sql}, tuple(ts, sequence, position))`, value.kind);
}

function listOf(sql: string, value: Typed): Typed {
  return typed(`toJSONString(${sql}(${asShown(value)}))`, 'json');
}

function quantile(level: number, value: Typed): Typed {
  // The engine takes no parameter here; what is written is a number that was checked.
  return typed(`quantileExactInclusiveOrNull(${level})(${asNumber(value)})`, 'number');
}

function finite(sql: string): string {
  return `if(isNaN(${sql}), NULL, ${sql})`;
}

function numberLiteral(node: CallNode, args: readonly Typed[], index: number, least: number, most: number): number {
  const { literal } = arg(args, index);
  if (typeof literal === 'number' && literal >= least && literal <= most) return literal;
  throw new MalformedQuery(`A number from ${least} to ${most} is needed here.`, node.args[index]?.span ?? node.span);
}
