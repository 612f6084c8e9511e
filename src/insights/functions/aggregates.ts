/** Functions of `stats`: one value of many rows. Missing values do not count. */
import type { CompileContext } from '../compile/context.ts';
import { durationMs } from '../compile/durations.ts';
import { asNumber, asShown, type Typed, typed } from '../compile/typed.ts';
import { MalformedQuery } from '../errors.ts';
import type { CallNode } from '../syntax/index.ts';
import { aggregate, alsoNamed, arg, type FunctionTable, scalar } from './definition.ts';

/** Values that `values` lists, and those that `topk` may be asked for. */
const VALUES_MAX = 1_000;

export const AGGREGATES: FunctionTable = {
  ...aggregate('count', 0, 1, (_node, args) => {
    const [counted] = args;
    return typed(counted ? `toFloat64(count(${counted.sql}))` : 'toFloat64(count())', 'number');
  }),
  ...alsoNamed(
    aggregate('count_distinct', 1, 1, (_node, args) =>
      typed(`toFloat64(uniqExact(${asShown(arg(args, 0))}))`, 'number'),
    ),
    'countDistinct',
  ),
  ...numeric('sum', (sql) => `sumOrNull(${sql})`),
  ...numeric('avg', (sql) => `avgOrNull(${sql})`),
  ...numeric('min', (sql) => `minOrNull(${sql})`),
  ...numeric('max', (sql) => `maxOrNull(${sql})`),
  ...numeric('stddev', (sql) => `if(isNaN(stddevSampOrNull(${sql})), NULL, stddevSampOrNull(${sql}))`),
  ...numeric('variance', (sql) => `if(isNaN(varSampOrNull(${sql})), NULL, varSampOrNull(${sql}))`),
  ...alsoNamed(
    aggregate('pct', 2, 2, (node, args) => {
      const percent = literalNumber(node, args, 1, 0, 100);
      // The engine takes no parameter here; what is written is a number that was checked.
      return typed(`quantileExactInclusiveOrNull(${percent / 100})(${asNumber(arg(args, 0))})`, 'number');
    }),
    'percentile',
  ),
  ...aggregate('values', 1, 1, (_node, args) =>
    typed(
      `nullIf(arrayStringConcat(arraySort(groupUniqArray(${VALUES_MAX})(${asShown(arg(args, 0))})), ','), '')`,
      'text',
    ),
  ),
  ...aggregate('topk', 2, 2, (node, args) => {
    const k = literalNumber(node, args, 0, 1, VALUES_MAX);
    return typed(`nullIf(arrayStringConcat(topK(${Math.trunc(k)})(${asShown(arg(args, 1))}), ','), '')`, 'text');
  }),
  ...byTime('earliest', 'argMin'),
  ...byTime('latest', 'argMax'),
  ...byOrder('sortsFirst', 'argMin'),
  ...byOrder('sortsLast', 'argMax'),
  ...alsoNamed(
    aggregate('countOverTime', 1, 2, (node, _args, context) => perPeriod('toFloat64(count())', node, context)),
    'count_over_time',
  ),
  ...alsoNamed(
    aggregate('sumOverTime', 2, 2, (node, args, context) =>
      perPeriod(`sumOrNull(${asNumber(arg(args, 0))})`, node, context),
    ),
    'sum_over_time',
  ),
  // How much there is in a period, on average over the time of the query.
  ...aggregate('rate', 2, 2, (node, args, context) => perPeriod(`sumOrNull(${asNumber(arg(args, 0))})`, node, context)),
  // To group by: the lower end of the bucket that a number falls into.
  ...scalar('histogram', 2, 2, (node, args, { parameters }) => {
    const width = parameters.number(literalNumber(node, args, 1, Number.MIN_VALUE, Number.MAX_VALUE));
    return typed(`(floor(${asNumber(arg(args, 0))} / ${width}) * ${width})`, 'number');
  }),
};

function numeric(name: string, sql: (value: string) => string): FunctionTable {
  return aggregate(name, 1, 1, (_node, args) => typed(sql(asNumber(arg(args, 0))), 'number'));
}

/** The value of the first or last event; a time as milliseconds. (§1.3) */
function byTime(name: string, sql: 'argMin' | 'argMax'): FunctionTable {
  return aggregate(name, 1, 1, (node, args, _context, relation) => {
    if (!relation.events)
      throw new MalformedQuery(`${name} needs events, and these rows have no time any more.`, node.span);
    const value = arg(args, 0);
    const shown = value.kind === 'time' ? asNumber(value) : asShown(value);
    return typed(`${sql}OrNull(${shown}, tuple(ts, sequence, position))`, value.kind === 'time' ? 'number' : 'any');
  });
}

/** The value that stands first or last in natural order. */
function byOrder(name: string, sql: 'argMin' | 'argMax'): FunctionTable {
  return aggregate(name, 1, 1, (_node, args) => {
    const shown = asShown(arg(args, 0));
    const key = `tuple(toFloat64OrNull(${shown}) IS NOT NULL, ifNull(toFloat64OrNull(${shown}), 0), naturalSortKey(ifNull(${shown}, '')))`;
    return typed(`${sql}OrNull(${shown}, ${key})`, 'any');
  });
}

/** An amount of the whole time of the query, as an average of one period. */
function perPeriod(total: string, node: CallNode, { parameters, times }: CompileContext): Typed {
  const period = node.args.at(-1);
  if (period?.kind !== 'duration')
    throw new MalformedQuery(`The last argument of ${node.name} is a period such as 5m.`, period?.span ?? node.span);
  const periods = Math.max(times.endMs - times.startMs, 1) / durationMs(period);
  return typed(`(${total} / ${parameters.number(periods)})`, 'number');
}

function literalNumber(node: CallNode, args: readonly Typed[], index: number, least: number, most: number): number {
  const { literal } = arg(args, index);
  if (typeof literal === 'number' && literal >= least && literal <= most) return literal;
  const range = most === Number.MAX_VALUE ? 'above 0' : `from ${least} to ${most}`;
  throw new MalformedQuery(
    `Argument ${index + 1} of ${node.name} is a number ${range}.`,
    node.args[index]?.span ?? node.span,
  );
}
