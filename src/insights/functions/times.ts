/** bin and the other functions of time. Times are UTC unless a zone is named. */
import type { CompileContext } from '../compile/context.ts';
import { durationMs } from '../compile/durations.ts';
import { asNumber, asText, asTime, type Typed, typed } from '../compile/typed.ts';
import { MalformedQuery } from '../errors.ts';
import type { CallNode, DurationUnit, Expression } from '../syntax/index.ts';
import { alsoNamed, arg, type FunctionTable, scalar } from './definition.ts';

/** The most of a unit that a bin takes; more counts as this. (§1.1: `bin(300s)` behaves as 60 s.) */
const UNITS_MAX: Readonly<Partial<Record<DurationUnit, number>>> = { ms: 1_000, s: 60, m: 60, h: 24 };
const CALENDAR: Readonly<Partial<Record<DurationUnit, string>>> = { mo: 'Month', q: 'Quarter', y: 'Year' };

export const TIMES: FunctionTable = {
  // `bin(5m)` and, as many write it, `bin(@timestamp, 5m)`.
  ...scalar('bin', 1, 2, (node, args, context, relation) => {
    const time = args.length === 2 ? args[0] : undefined;
    // After stats there are groups, which have no time: AWS's guide calls this an invalid reference to @timestamp.
    if (!time && !relation.events && !relation.made.has('@timestamp'))
      throw new MalformedQuery('bin needs @timestamp, which these rows do not have any more.', node.span);
    return floorTo(time ?? context.field('@timestamp', relation, node.span), node.args.at(-1), node, context);
  }),
  ...scalar('datefloor', 2, 2, (node, args, context) => floorTo(arg(args, 0), node.args[1], node, context)),
  ...scalar('dateceil', 2, 2, (node, args, context) => ceilTo(arg(args, 0), node.args[1], node, context)),
  ...scalar('fromMillis', 1, 1, (_node, args) => typed(asTime(typed(asNumber(arg(args, 0)), 'number')), 'time')),
  ...scalar('toMillis', 1, 1, (_node, args) => typed(asNumber(arg(args, 0)), 'number')),
  ...scalar('now', 0, 0, (_node, _args, { parameters, times }) =>
    typed(parameters.number(Math.floor(times.nowMs / 1000)), 'number'),
  ),
  ...scalar('queryStartTime', 0, 0, (_node, _args, { parameters, times }) =>
    typed(parameters.number(times.startMs), 'number'),
  ),
  ...scalar('queryEndTime', 0, 0, (_node, _args, { parameters, times }) =>
    typed(parameters.number(times.endMs), 'number'),
  ),
  ...scalar('queryTimeRange', 0, 0, (_node, _args, { parameters, times }) =>
    typed(parameters.number(times.endMs - times.startMs), 'number'),
  ),
  ...scalar('parseDate', 2, 3, (node, args, { parameters }) => {
    const format = parameters.text(javaFormat(node, args, PARSED_LETTERS));
    const zone = parameters.text(zoneOf(node, args, 2));
    const time = `parseDateTime64InJodaSyntaxOrNull(${asText(arg(args, 0))}, ${format}, ${zone})`;
    return typed(`toFloat64(toUnixTimestamp64Milli(toDateTime64(${time}, 3, 'UTC')))`, 'number');
  }),
  ...alsoNamed(
    scalar('formatDate', 2, 3, (node, args, { parameters }) => {
      const text = textLiteral(node, args, 1);
      const format = text.includes('%') ? percentFormat(node, text) : javaFormat(node, args, WRITTEN_LETTERS);
      const zone = parameters.text(zoneOf(node, args, 2));
      const call = format.includes('%') ? 'formatDateTime' : 'formatDateTimeInJodaSyntax';
      return typed(`${call}(${asTime(arg(args, 0))}, ${parameters.text(format)}, ${zone})`, 'text');
    }),
    'strftime',
  ),
};

/** A time rounded down to a period, counted from the epoch in UTC. */
export function floorTo(time: Typed, period: Expression | undefined, node: CallNode, context: CompileContext): Typed {
  const { value, calendar, sizeMs } = periodOf(period, node);
  const later = node.offset ? context.parameters.bind(Math.trunc(durationMs(node.offset)), 'Int64') : undefined;
  if (calendar !== undefined) {
    const interval = `toInterval${calendar}(${context.parameters.bind(value, 'Int64')})`;
    const start = (sql: string): string => `toDateTime64(toStartOfInterval(${sql}, ${interval}, 'UTC'), 3, 'UTC')`;
    const shift = `toIntervalMillisecond(${later ?? 0})`;
    return typed(later ? `(${start(`(${asTime(time)} - ${shift})`)} + ${shift})` : start(asTime(time)), 'time');
  }
  const size = context.parameters.bind(sizeMs, 'Int64');
  const ms = `toUnixTimestamp64Milli(${asTime(time)})`;
  const since = later ? `${ms} - ${later}` : ms;
  return typed(`fromUnixTimestamp64Milli(${ms} - positiveModulo(${since}, ${size}), 'UTC')`, 'time');
}

/** A time rounded up; one that is on the boundary stays. */
function ceilTo(time: Typed, period: Expression | undefined, node: CallNode, context: CompileContext): Typed {
  const floor = floorTo(time, period, node, context);
  const { value, calendar, sizeMs } = periodOf(period, node);
  const next =
    calendar === undefined
      ? `fromUnixTimestamp64Milli(toUnixTimestamp64Milli(${floor.sql}) + ${context.parameters.bind(sizeMs, 'Int64')}, 'UTC')`
      : `(${floor.sql} + toInterval${calendar}(${context.parameters.bind(value, 'Int64')}))`;
  return typed(`if(${floor.sql} = ${asTime(time)}, ${floor.sql}, ${next})`, 'time');
}

interface Period {
  readonly value: number;
  /** The engine's word for a unit without a fixed length. */
  readonly calendar: string | undefined;
  /** Milliseconds; 0 for calendar units. */
  readonly sizeMs: number;
}

function periodOf(period: Expression | undefined, node: CallNode): Period {
  if (period?.kind !== 'duration') {
    throw new MalformedQuery('A period such as 5m is needed here.', period?.span ?? node.span);
  }
  const value = Math.min(period.value, UNITS_MAX[period.unit] ?? PERIOD_MAX);
  if (!(value > 0) || !Number.isInteger(value)) {
    throw new MalformedQuery('A period is a whole number above 0.', period.span);
  }
  const calendar = CALENDAR[period.unit];
  return { value, calendar, sizeMs: calendar === undefined ? durationMs({ ...period, value }) : 0 };
}

/** Days, weeks, months, … at most: more than a century of days is no period. */
const PERIOD_MAX = 40_000;

/** Letters of Java's date formats that the engine writes and reads, and those behind `%` that it writes. */
export const WRITTEN_LETTERS = 'CDEGHKMSYadehkmswxy';
export const PARSED_LETTERS = 'CDEGHKMSYZadehkmswxy';
const PERCENT_LETTERS = 'CDFGHIMQRSTVWYabcdefghijklmnprstuwyz%';

/** @throws {MalformedQuery} for letters that are not there, and a quote without its end */
export function javaFormat(node: CallNode, args: readonly Typed[], letters: string): string {
  const format = textLiteral(node, args, 1);
  const bare = format.replaceAll(/'[^']*'/g, '');
  const wrong = [...bare].find((one) => one === "'" || (/[A-Za-z]/.test(one) && !letters.includes(one)));
  if (wrong !== undefined) throw wrongFormat(node, wrong);
  return format;
}

export function percentFormat(node: CallNode, format: string): string {
  for (const [, letter = ''] of format.matchAll(/%(.?)/gsu)) {
    if (letter === '' || !PERCENT_LETTERS.includes(letter)) throw wrongFormat(node, `%${letter}`);
  }
  return format;
}

function wrongFormat(node: CallNode, piece: string): MalformedQuery {
  return new MalformedQuery(
    `The format of ${node.name} has ${piece}, which is not supported.`,
    node.args[1]?.span ?? node.span,
  );
}

function textLiteral(node: CallNode, args: readonly Typed[], index: number): string {
  const { literal } = arg(args, index);
  if (typeof literal === 'string') return literal;
  throw new MalformedQuery(
    `Argument ${index + 1} of ${node.name} is a text in quotes.`,
    node.args[index]?.span ?? node.span,
  );
}

/** @throws {MalformedQuery} for what is no time zone */
function zoneOf(node: CallNode, args: readonly Typed[], index: number): string {
  if (args.length <= index) return 'UTC';
  const zone = textLiteral(node, args, index);
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new MalformedQuery(`"${zone.slice(0, 50)}" is no time zone.`, node.args[index]?.span ?? node.span);
  }
}
