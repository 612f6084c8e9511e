/**
 * Times and dates. A time is one of the store's; a date is the text `2026-01-31`, which Spark prints, too. Texts are read as
 * times in whatever form is usual; numbers are seconds. All is UTC.
 */
import type { CompileContext } from '../../compile/context.ts';
import { asNumber, asText, type Typed, typed } from '../../compile/typed.ts';
import { MalformedQuery, type Span } from '../../errors.ts';
import type { CallNode, DurationNode, DurationUnit, Expression } from '../../syntax/index.ts';
import { arg, type FunctionTable } from '../definition.ts';
import { floorTo, javaFormat, PARSED_LETTERS, percentFormat, WRITTEN_LETTERS } from '../times.ts';
import { many, unprefixed } from './definition.ts';
import { integer } from './texts.ts';

const INTERVALS: Readonly<Record<string, string>> = {
  microsecond: 'Microsecond',
  millisecond: 'Millisecond',
  second: 'Second',
  minute: 'Minute',
  hour: 'Hour',
  day: 'Day',
  week: 'Week',
  month: 'Month',
  quarter: 'Quarter',
  year: 'Year',
};
/** Further spellings of date_trunc. */
const UNITS: Readonly<Record<string, string>> = { yyyy: 'year', yy: 'year', mon: 'month', mm: 'month', dd: 'day' };

export const OPEN_SEARCH_TIMES: FunctionTable = {
  ...many('current_timestamp now localtimestamp localtime sysdate utc_timestamp', 0, 0, (_node, _args, context) =>
    nowOf(context),
  ),
  ...many('current_date curdate utc_date', 0, 0, (_node, _args, context) => dateOf(nowOf(context))),
  ...many('current_timezone', 0, 0, () => typed("'UTC'", 'text')),
  ...many('timestamp to_timestamp', 1, 2, (node, args, context) => typed(timeOf(node, args, context), 'time')),
  ...many('date to_date', 1, 2, (node, args, context) => dateOf(typed(timeOf(node, args, context), 'time'))),
  ...many('timestamp_seconds', 1, 1, (_node, args) => typed(fromMillis(`${asNumber(arg(args, 0))} * 1000`), 'time')),
  ...many('timestamp_millis', 1, 1, (_node, args) => typed(fromMillis(asNumber(arg(args, 0))), 'time')),
  ...many('unix_timestamp to_unix_timestamp', 0, 2, (node, args, context) => {
    const time = args.length === 0 ? nowOf(context).sql : timeOf(node, args, context);
    return typed(`floor(toFloat64(toUnixTimestamp64Milli(${time})) / 1000)`, 'number');
  }),
  ...many('unix_millis', 1, 1, (_node, args) =>
    typed(`toFloat64(toUnixTimestamp64Milli(${time(arg(args, 0))}))`, 'number'),
  ),
  ...many('from_unixtime', 1, 2, (node, args, context) => {
    const at = typed(fromMillis(`${asNumber(arg(args, 0))} * 1000`), 'time');
    const format = args.length === 2 ? formatOf(node, args) : 'yyyy-MM-dd HH:mm:ss';
    return formatted(at, format, context);
  }),
  ...many('date_format', 2, 2, (node, args, context) =>
    formatted(typed(time(arg(args, 0)), 'time'), formatOf(node, args), context),
  ),
  ...many('date_trunc', 2, 2, (node, args) => typed(startOf(unitOf(node, args, 0), time(arg(args, 1))), 'time')),
  ...many('trunc', 2, 2, (node, args) => dateOf(typed(startOf(unitOf(node, args, 1), time(arg(args, 0))), 'time'))),
  ...many('date_add adddate', 2, 2, (_node, args) => shiftedDate(args, 1)),
  ...many('date_sub subdate', 2, 2, (_node, args) => shiftedDate(args, -1)),
  // A time and an INTERVAL behind + or -: time, number, unit, sign.
  ...many('.shifted', 4, 4, (node, args) => {
    const amount = `(${integer(arg(args, 1))} * ${arg(args, 3).literal === -1 ? -1 : 1})`;
    return typed(`(${time(arg(args, 0))} + toInterval${intervalOf(node, args, 2)}(${amount}))`, 'time');
  }),
  ...many('timestampadd', 3, 3, (node, args) =>
    typed(`(${time(arg(args, 2))} + toInterval${intervalOf(node, args, 0)}(${integer(arg(args, 1))}))`, 'time'),
  ),
  ...many('timestampdiff', 3, 3, (node, args) => {
    const unit = unitOf(node, args, 0);
    return typed(`toFloat64(age('${unit}', ${time(arg(args, 1))}, ${time(arg(args, 2))}))`, 'number');
  }),
  ...many('datediff', 2, 2, (_node, args) =>
    typed(`toFloat64(dateDiff('day', ${time(arg(args, 1))}, ${time(arg(args, 0))}))`, 'number'),
  ),
  ...many('last_day', 1, 1, (_node, args) => typed(`toString(toLastDayOfMonth(${time(arg(args, 0))}))`, 'text')),
  ...many('make_date', 3, 3, (_node, args) => {
    const [year, month, day] = args.map((one) => integer(one));
    const text = `concat(leftPad(toString(${year}), 4, '0'), '-', leftPad(toString(${month}), 2, '0'), '-', leftPad(toString(${day}), 2, '0'))`;
    return typed(`toString(toDateOrNull(${text}))`, 'text');
  }),
  ...part('year', 'toYear(X)'),
  ...part('quarter', 'toQuarter(X)'),
  ...part('month month_of_year', 'toMonth(X)'),
  ...part('week weekofyear week_of_year', 'toISOWeek(X)'),
  ...part('day dayofmonth day_of_month', 'toDayOfMonth(X)'),
  ...part('hour hour_of_day', 'toHour(X)'),
  ...part('minute minute_of_hour', 'toMinute(X)'),
  ...part('second second_of_minute', 'toSecond(X)'),
  ...part('millisecond', 'toMillisecond(X)'),
  ...part('microsecond', 'toMillisecond(X) * 1000'),
  ...part('dayofyear day_of_year', 'toDayOfYear(X)'),
  // From Sunday, which is 1; weekday from Monday, which is 0.
  ...part('dayofweek day_of_week', 'modulo(toDayOfWeek(X), 7) + 1'),
  ...part('weekday', 'toDayOfWeek(X) - 1'),
  ...many('dayname', 1, 1, (_node, args) => typed(`dateName('weekday', ${time(arg(args, 0))})`, 'text')),
  ...many('monthname', 1, 1, (_node, args) => typed(`dateName('month', ${time(arg(args, 0))})`, 'text')),
  // To group by: the beginning of the window that a time falls into.
  ...many('tumble window', 2, 2, (node, args, context) => {
    const text = arg(args, 1).literal;
    const period = node.args[1];
    const [, digits = '', unit = ''] =
      /^(\d{1,6}) +([a-z]+?)s?$/i.exec(typeof text === 'string' ? text.trim() : '') ?? [];
    const short = DURATIONS[unit.toLowerCase()];
    if (!period || short === undefined) {
      throw new MalformedQuery("A window is a text such as '5 minutes'.", period?.span ?? node.span);
    }
    return spanned(typed(time(arg(args, 0)), 'time'), Number(digits), short, period.span, node, context);
  }),
  // `span(@timestamp, 5m)`, `span(age, 10)`.
  ...many('span', 2, 2, (node, args, context) => {
    const period = node.args[1];
    if (period?.kind === 'duration') {
      return spanned(typed(time(arg(args, 0)), 'time'), period.value, period.unit, period.span, node, context);
    }
    const { literal } = arg(args, 1);
    if (typeof literal !== 'number' || !(literal > 0)) {
      throw new MalformedQuery('A span is a number above 0, or a period such as 5m.', period?.span ?? node.span);
    }
    const width = context.parameters.number(literal);
    return typed(`(floor(${asNumber(arg(args, 0))} / ${width}) * ${width})`, 'number');
  }),
};

const DURATIONS: Readonly<Record<string, DurationUnit>> = {
  millisecond: 'ms',
  second: 's',
  minute: 'm',
  hour: 'h',
  day: 'd',
  week: 'w',
  month: 'mo',
  quarter: 'q',
  year: 'y',
};
/** Milliseconds of the units that `bin` bounds at the next larger one, which spans and windows are not. */
const FIXED_MS: Readonly<Partial<Record<DurationUnit, number>>> = { s: 1_000, m: 60_000, h: 3_600_000 };

function spanned(
  at: Typed,
  value: number,
  unit: DurationUnit,
  span: Span,
  node: CallNode,
  context: CompileContext,
): Typed {
  const ms = FIXED_MS[unit];
  if (ms === undefined || !Number.isInteger(value) || value <= 0) {
    const period: DurationNode = { kind: 'duration', value, unit, text: `${value}${unit}`, span };
    return floorTo(at, period, node, context);
  }
  const size = context.parameters.bind(value * ms, 'Int64');
  const at64 = `toUnixTimestamp64Milli(${at.sql})`;
  return typed(`fromUnixTimestamp64Milli(${at64} - positiveModulo(${at64}, ${size}), 'UTC')`, 'time');
}

/** As Nullable(DateTime64(3, 'UTC')). */
function time(value: Typed): string {
  if (value.kind === 'time') return value.sql;
  if (value.kind === 'number') return fromMillis(`${value.sql} * 1000`);
  const text = `ifNull(${asText(value)}, '')`;
  return `parseDateTime64BestEffortOrNull(${text}, 3, 'UTC')`;
}

/** Of one argument a time in a usual form, of two a text in a format. */
function timeOf(node: CallNode, args: readonly Typed[], { parameters }: CompileContext): string {
  if (args.length < 2) return time(arg(args, 0));
  const format = parameters.text(javaFormat(unprefixed(node), args, PARSED_LETTERS));
  return `toDateTime64(parseDateTime64InJodaSyntaxOrNull(${asText(arg(args, 0))}, ${format}, 'UTC'), 3, 'UTC')`;
}

function fromMillis(number: string): string {
  return `fromUnixTimestamp64Milli(toInt64OrNull(toString(trunc(${number}))), 'UTC')`;
}

function nowOf({ parameters, times }: CompileContext): Typed {
  return typed(`fromUnixTimestamp64Milli(${parameters.bind(times.nowMs, 'Int64')}, 'UTC')`, 'time');
}

function dateOf(at: Typed): Typed {
  return typed(`toString(toDate(${at.sql}))`, 'text');
}

function formatted(at: Typed, format: string, { parameters }: CompileContext): Typed {
  const call = format.includes('%') ? 'formatDateTime' : 'formatDateTimeInJodaSyntax';
  return typed(`${call}(${at.sql}, ${parameters.text(format)}, 'UTC')`, 'text');
}

function startOf(unit: string, at: string): string {
  return `toDateTime64(dateTrunc('${unit}', ${at}, 'UTC'), 3, 'UTC')`;
}

/** The day so many days later. */
function shiftedDate(args: readonly Typed[], sign: 1 | -1): Typed {
  const days = `(${integer(arg(args, 1))} * ${sign})`;
  return typed(`toString(addDays(toDate(${time(arg(args, 0))}), ${days}))`, 'text');
}

function part(names: string, sql: string): FunctionTable {
  return many(names, 1, 1, (_node, args) =>
    typed(`toFloat64(${sql.replace('X', `toDateTime64(${time(arg(args, 0))}, 3, 'UTC')`)})`, 'number'),
  );
}

/** A unit that is written in the query, as one of the words above: the engine takes it as it is. */
function unitOf(node: CallNode, args: readonly Typed[], index: number): string {
  const { literal } = arg(args, index);
  const word = typeof literal === 'string' ? literal.toLowerCase() : '';
  const unit = Object.hasOwn(UNITS, word) ? (UNITS[word] ?? '') : word;
  if (Object.hasOwn(INTERVALS, unit)) return unit;
  throw new MalformedQuery(
    `A unit of time is one of ${Object.keys(INTERVALS).join(', ')}.`,
    spanOf(node.args[index], node),
  );
}

function intervalOf(node: CallNode, args: readonly Typed[], index: number): string {
  return INTERVALS[unitOf(node, args, index)] ?? '';
}

/** Of what is written: PPL's formats are MySQL's, SQL's are Java's. */
function formatOf(node: CallNode, args: readonly Typed[]): string {
  const { literal } = arg(args, 1);
  const isPercent = typeof literal === 'string' && literal.includes('%');
  return isPercent ? percentFormat(unprefixed(node), literal) : javaFormat(unprefixed(node), args, WRITTEN_LETTERS);
}

function spanOf(node: Expression | undefined, otherwise: CallNode): Span {
  return node?.span ?? otherwise.span;
}
