import type { Column } from '../../compile/relation.ts';
import { asShown } from '../../compile/typed.ts';
import { type CommandNode, parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface CountFrequentNode extends CommandNode {
  readonly names: readonly string[];
}

/** `countFrequent field, …`: how often each combination of values is there, the most frequent first, as `_approxcount`. */
export const countFrequent = defineCommand<CountFrequentNode>({
  names: ['countfrequent'],
  parse: (reader, start) => {
    const names = parseList(reader, () => reader.name().text);
    return { command: 'countfrequent', names, span: { start, end: reader.offset } };
  },
  compile: ({ names, span }, input, context) => {
    const made = new Map<string, Column>();
    const keys = names.map((name) => {
      const column: Column = { name, sql: context.newColumn(), kind: 'any' };
      const sql = asShown(context.field(name, input, span));
      made.set(name, column);
      return `${sql} AS ${column.sql}`;
    });
    const count: Column = { name: '_approxcount', sql: context.newColumn(), kind: 'number' };
    const groups = [...made.values()].map(({ sql }) => sql);
    made.set(count.name, count);
    return {
      from: context.stage(
        `SELECT ${keys.join(', ')}, toFloat64(count()) AS ${count.sql} FROM ${input.from} GROUP BY ${groups.join(', ')}`,
      ),
      made,
      events: undefined,
      shown: [...made.keys()],
      displayed: false,
      order: [{ sql: count.sql, descending: true }, ...groups.map((sql) => ({ sql, descending: false }))],
      limit: undefined,
    };
  },
});
