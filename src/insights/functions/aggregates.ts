/** Functions of `stats`: one value of many rows. Missing values do not count. */
import { asNumber, asShown, type Typed, typed } from '../compile/typed.ts';
import { MalformedQuery } from '../errors.ts';
import { aggregate, alsoNamed, arg, type FunctionTable } from './definition.ts';

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
  ...numeric('stddev', (sql) => `stddevSampOrNull(${sql})`),
  ...numeric('variance', (sql) => `varSampOrNull(${sql})`),
  ...aggregate('min', 1, 1, (_node, args) => extreme('min', arg(args, 0))),
  ...aggregate('max', 1, 1, (_node, args) => extreme('max', arg(args, 0))),
  ...alsoNamed(
    aggregate('pct', 2, 2, (node, args) => {
      const percent = arg(args, 1).literal;
      if (typeof percent !== 'number' || percent < 0 || percent > 100) {
        throw new MalformedQuery(
          'The second argument of pct is a number from 0 to 100.',
          node.args[1]?.span ?? node.span,
        );
      }
      // A constant of the statement's text: the engine takes no parameter here. A number it is, whatever was written.
      return typed(`quantileExactInclusiveOrNull(${percent / 100})(${asNumber(arg(args, 0))})`, 'number');
    }),
    'percentile',
  ),
};

function numeric(name: string, sql: (value: string) => string): FunctionTable {
  return aggregate(name, 1, 1, (_node, args) => typed(sql(asNumber(arg(args, 0))), 'number'));
}

/** Numbers and times by value; of texts that are not all numbers, the natural order decides. */
function extreme(name: 'min' | 'max', value: Typed): Typed {
  if (value.kind === 'time') return typed(`${name}OrNull(${value.sql})`, 'time');
  return typed(`${name}OrNull(${asNumber(value)})`, 'number');
}
