import type { CompileContext } from '../../compile/context.ts';
import type { Column, Relation } from '../../compile/relation.ts';
import { asCondition, asShown, type Kind } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import { type CommandNode, type Expression, parseExpression, parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface RelevantfieldsNode extends CommandNode {
  /** None: all discovered scalar fields. */
  readonly names: readonly string[];
  readonly condition: Expression;
}

/** Events that it looks at: so many for which the condition holds, and so many of the others. */
const EVENTS_MAX = 50_000;
/** Levels of nested objects whose fields are looked at. */
const LEVELS_MAX = 8;

/**
 * `relevantfields [field, …] where condition`: which fields tell the events for which the condition holds from the others.
 *
 * AWS's rule is not known. Chosen: `@relevanceScore` is the share (0 to 1) of the uncertainty about the condition that
 * knowing the field takes away: their mutual information over the condition's entropy. A missing field counts as a value;
 * values that are there once only count as one, so that identifiers do not win. `@topValue` is the value that is most in
 * favour of the condition, with how many events on both sides have it.
 */
export const relevantfields = defineCommand<RelevantfieldsNode>({
  names: ['relevantfields'],
  parse: (reader, start, context) => {
    const names = reader.at('where') ? [] : parseList(reader, () => reader.name().text);
    reader.expect('where');
    const condition = parseExpression(reader, context);
    return { command: 'relevantfields', names, condition, span: { start, end: reader.offset } };
  },
  compile: ({ names, condition, span }, input, context) => {
    if (!input.events || names.some((name) => input.made.has(name))) {
      throw new MalformedQuery('Query cannot be compiled: relevantfields needs events, and fields of theirs.', span);
    }
    const holds = asCondition(context.expression(condition, input));
    const pairs = names.length > 0 ? namedPairs(names, input, span, context) : discoveredPairs(input);
    const sides = context.stage(
      `SELECT ifNull(${holds}, 0) != 0 AS side, arrayPushFront(${pairs}, ('', '')) AS pairs FROM ${input.from} LIMIT ${EVENTS_MAX} BY side`,
    );
    const values = context.stage(
      `SELECT pair.1 AS field, pair.2 AS value, toFloat64(countIf(side)) AS yes, toFloat64(countIf(NOT side)) AS no FROM (SELECT side, arrayJoin(pairs) AS pair FROM ${sides}) GROUP BY field, value`,
    );
    // The pair of two empty texts is every event's: it tells how many there are.
    const totals = `sumIf(yes, field = '') OVER () AS all_yes, sumIf(no, field = '') OVER () AS all_no`;
    const counted = context.stage(`SELECT *, ${totals} FROM ${values}`);
    const classes = `arrayConcat(groupArrayIf((yes, no), yes + no > 1), [(sumIf(yes, yes + no = 1), sumIf(no, yes + no = 1)), (any(all_yes) - sum(yes), any(all_no) - sum(no))])`;
    const [yes, no] = ['any(all_yes)', 'any(all_no)'];
    const part = (count: string, side: string): string =>
      `if(${count} = 0, 0, ${count} / (${yes} + ${no}) * log2(${count} * (${yes} + ${no}) / ((c.1 + c.2) * ${side})))`;
    const information = `arraySum(c -> ${part('c.1', yes)} + ${part('c.2', no)}, ${classes})`;
    const term = (side: string): string =>
      `if(${side} = 0, 0, -${side} / (${yes} + ${no}) * log2(${side} / (${yes} + ${no})))`;
    const entropy = `nullIf(${term(yes)} + ${term(no)}, 0)`;
    const favour = '(yes / greatest(all_yes, 1) - no / greatest(all_no, 1), value)';
    return grouped(counted, context, [
      ['@relevanceScore', `round(greatest(${information} / ${entropy}, 0), 4)`, 'number'],
      ['@topValue', `argMax(value, ${favour})`, 'any'],
      ['@matchedCount', `argMax(yes, ${favour})`, 'number'],
      ['@unmatchedCount', `argMax(no, ${favour})`, 'number'],
    ]);
  },
});

function grouped(
  from: string,
  context: CompileContext,
  values: readonly (readonly [string, string, Kind])[],
): Relation {
  const columns = [['@fieldName', 'field', 'text'] as const, ...values].map(([name, sql, kind]) => {
    const column: Column = { name, sql: context.newColumn(), kind };
    return { column, select: `toNullable(${sql}) AS ${column.sql}` };
  });
  const made = new Map(columns.map(({ column }) => [column.name, column]));
  const [name, score] = columns.map(({ column }) => column.sql);
  return {
    from: context.stage(
      `SELECT ${columns.map(({ select }) => select).join(', ')} FROM ${from} WHERE field != '' GROUP BY field`,
    ),
    made,
    events: undefined,
    shown: [...made.keys()],
    displayed: false,
    order: [
      { sql: score ?? '', descending: true },
      { sql: name ?? '', descending: false },
    ],
    limit: undefined,
  };
}

/** Array(Tuple(String, String)): names and values of the named fields that an event has. */
function namedPairs(
  names: readonly string[],
  input: Relation,
  span: CommandNode['span'],
  context: CompileContext,
): string {
  const pairs = names.map((name) => {
    const shown = asShown(context.field(name, input, span));
    return `(${context.parameters.text(name)}, ifNull(${shown}, ''), ${shown} IS NOT NULL)`;
  });
  return `arrayMap(x -> (x.1, x.2), arrayFilter(x -> x.3, [${pairs.join(', ')}]))`;
}

/** The same of all that the event has in `attrs`. */
function discoveredPairs({ events }: Relation): string {
  let pairs = `arrayMap(x -> (x.1, x.2), JSONExtractKeysAndValuesRaw(${events?.attributes() ?? "''"}))`;
  for (let level = 1; level < LEVELS_MAX; level += 1) {
    const inner = `arrayMap(y -> (concat(x.1, '.', y.1), y.2), JSONExtractKeysAndValuesRaw(x.2))`;
    pairs = `arrayFlatten(arrayMap(x -> if(startsWith(x.2, '{'), ${inner}, [x]), ${pairs}))`;
  }
  return `arrayMap(x -> (x.1, if(startsWith(x.2, '"'), JSONExtractString(x.2), x.2)), ${pairs})`;
}
