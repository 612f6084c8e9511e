/** bin and the other functions of time. */
import type { CompileContext } from '../compile/context.ts';
import { durationMs } from '../compile/durations.ts';
import { asTime, type Typed, typed } from '../compile/typed.ts';
import { MalformedQuery } from '../errors.ts';
import type { CallNode, DurationUnit, Expression } from '../syntax/index.ts';
import { type FunctionTable, scalar } from './definition.ts';

/** The most of a unit that a bin takes; more counts as this. (§1.1: `bin(300s)` behaves as 60 s.) */
const UNITS_MAX: Readonly<Partial<Record<DurationUnit, number>>> = { ms: 1_000, s: 60, m: 60, h: 24 };
const CALENDAR: Readonly<Partial<Record<DurationUnit, string>>> = { mo: 'Month', q: 'Quarter', y: 'Year' };

export const TIMES: FunctionTable = {
  // `bin(5m)` and, as many write it, `bin(@timestamp, 5m)`.
  ...scalar('bin', 1, 2, (node, args, context, relation) => {
    const period = node.args.at(-1);
    const time = args.length === 2 ? args[0] : undefined;
    return floorTo(time ?? context.field('@timestamp', relation, node.span), period, node, context);
  }),
};

/** A time rounded down to a period, counted from the epoch in UTC. */
export function floorTo(time: Typed, period: Expression | undefined, node: CallNode, context: CompileContext): Typed {
  if (period?.kind !== 'duration')
    throw new MalformedQuery('A period such as 5m is needed here.', period?.span ?? node.span);
  const value = Math.min(period.value, UNITS_MAX[period.unit] ?? Infinity);
  if (!(value > 0) || !Number.isInteger(value))
    throw new MalformedQuery('A period is a whole number above 0.', period.span);
  const calendar = CALENDAR[period.unit];
  if (calendar !== undefined) {
    const sql = `toDateTime64(toStartOfInterval(${asTime(time)}, toInterval${calendar}(${context.parameters.bind(value, 'Int64')}), 'UTC'), 3, 'UTC')`;
    return typed(sql, 'time');
  }
  const size = context.parameters.bind(durationMs({ ...period, value }), 'Int64');
  const ms = `toUnixTimestamp64Milli(${asTime(time)})`;
  return typed(`fromUnixTimestamp64Milli(${ms} - positiveModulo(${ms}, ${size}), 'UTC')`, 'time');
}
