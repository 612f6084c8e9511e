import { type CompileContext, MATCHED } from '../../compile/context.ts';
import { compileExpression } from '../../compile/expressions.ts';
import { naturalOrder } from '../../compile/order.ts';
import type { Column, Relation } from '../../compile/relation.ts';
import { NULL_TEXT, type Typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import { functionNamed } from '../../functions/index.ts';
import { type CommandNode, type Expression, type Named, parseList, parseNamed } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

export interface StatsNode extends CommandNode {
  readonly items: readonly Named[];
  readonly by: readonly Named[];
}

/** `stats aggregate [as name], … [by expression [as name], …]`. What comes out are groups, no events. */
export const stats = defineCommand<StatsNode>({
  names: ['stats'],
  parse: (reader, start, context) => {
    const items = parseList(reader, () => parseNamed(reader, context));
    const by = reader.accept('by') ? parseList(reader, () => parseNamed(reader, context)) : [];
    return { command: 'stats', items, by, span: { start, end: reader.offset } };
  },
  compile: (node, input, context) => {
    const { items, by } = node;
    const keys = by.map((item) => columnOf(item, context.expression(item.expression, input), context));
    const made = new Map<string, Column>(keys.map(({ column }) => [column.name, column]));
    const values = items.map((item) => {
      const value = aggregated(item.expression, input, context, made);
      const compiled = columnOf(item, value, context);
      made.set(item.name, compiled.column);
      return compiled;
    });
    const list = [...keys, ...values].map(({ sql, column }) => `${sql} AS ${column.sql}`);
    const select = (context.telling === node ? [...list, `count() AS ${MATCHED}`] : list).join(', ');
    const group = keys.length === 0 ? '' : ` GROUP BY ${keys.map(({ column }) => column.sql).join(', ')}`;
    return {
      from: context.stage(`SELECT ${select} FROM ${input.from}${group}`),
      made,
      events: undefined,
      shown: [...made.keys()],
      displayed: false,
      // AWS gives groups in no order; these come in that of their keys.
      order: keys.flatMap(({ column }) => naturalOrder(column, false)),
      limit: undefined,
    };
  },
});

function columnOf(item: Named, value: Typed, context: CompileContext): { sql: string; column: Column } {
  return { sql: value.sql, column: { name: item.name, sql: context.newColumn(), kind: value.kind } };
}

/** Functions that read a field of the event without its being named. */
const READS_EVENTS: ReadonlySet<string> = new Set(['bin', 'messagesize']);

/**
 * An expression of aggregates, of keys and of what stands before it in the same `stats`.
 * @throws {MalformedQuery} for a field that is none of these
 */
function aggregated(
  node: Expression,
  input: Relation,
  context: CompileContext,
  made: ReadonlyMap<string, Column>,
): Typed {
  return compileExpression(node, input, context, (inner) => {
    if (inner.kind === 'call') {
      const definition = functionNamed(inner.name);
      if (!definition?.aggregate && READS_EVENTS.has(inner.name)) {
        throw new MalformedQuery(
          `${inner.name} stands behind by only: give it a name there, and use that.`,
          inner.span,
        );
      }
      if (!definition?.aggregate) return undefined;
      const args = inner.args.map((argument) =>
        argument.kind === 'duration' ? NULL_TEXT : context.expression(argument, input),
      );
      return definition.compile(inner, args, context, input);
    }
    if (inner.kind !== 'field') return undefined;
    const known = made.get(inner.name);
    if (known) return known;
    throw new MalformedQuery(`${inner.name} is neither aggregated nor a field that stats groups by.`, inner.span);
  });
}
