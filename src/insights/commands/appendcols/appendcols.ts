import { overRows } from '../../compile/rows.ts';
import { typed } from '../../compile/typed.ts';
import type { CommandNode, Query } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

const ROWS_MAX_DEFAULT = 10_000;

interface AppendcolsNode extends CommandNode {
  readonly override: boolean;
  readonly max: number;
  readonly query: Query;
}

/**
 * `appendcols [override=false] [max=10000] (SOURCE "group" | …)`: puts the first row of the subquery beside the first row,
 * and so on. Fields of the same name stay as they are, unless `override`.
 */
export const appendcols = defineCommand<AppendcolsNode>({
  names: ['appendcols'],
  parse: (reader, start, { subquery }) => {
    const options = { override: false, max: ROWS_MAX_DEFAULT };
    while (reader.at('override', 'max')) {
      const word = reader.name().text.toLowerCase();
      reader.expect('=');
      if (word === 'max') options.max = Math.min(reader.integer().value, ROWS_MAX_DEFAULT);
      else options.override = reader.expect('true', 'false').text.toLowerCase() === 'true';
      reader.accept(',');
    }
    reader.expect('(', '[');
    const query = subquery(reader);
    reader.expect(')', ']');
    return { command: 'appendcols', ...options, query, span: { start, end: reader.offset } };
  },
  subqueries: ({ query }) => [query],
  compile: ({ override, max, query, span }, input, context) => {
    const other = context.subquery(query);
    const shown = other.shown ?? ['@timestamp', '@message'];
    const columns = shown.map((name) => ({ name, value: context.field(name, other, span), sql: context.newColumn() }));
    const [leftPlace, rightPlace] = [context.newColumn(), context.newColumn()];
    const rows = columns.map(({ value, sql }) => `${value.sql} AS ${sql}`).join(', ');
    const limit = context.parameters.bind(max, 'UInt64');
    const right = context.stage(
      `SELECT ${rows}, row_number() ${overRows(other)} AS ${rightPlace} FROM ${other.from} LIMIT ${limit}`,
    );
    const left = context.stage(`SELECT *, row_number() ${overRows(input)} AS ${leftPlace} FROM ${input.from}`);
    const from = context.stage(`SELECT * FROM ${left} LEFT ANY JOIN ${right} ON ${leftPlace} = ${rightPlace}`);
    const known = input.shown ?? ['@timestamp', '@message'];
    const made = new Map(input.made);
    for (const { name, value, sql } of columns) {
      if (override || !known.includes(name)) made.set(name, { name, ...typed(sql, value.kind) });
    }
    const order = [{ sql: leftPlace, descending: false }];
    return { ...input, from, made, order, shown: [...new Set([...known, ...shown])] };
  },
});
