import type { Column } from '../../compile/relation.ts';
import { overRows } from '../../compile/rows.ts';
import { asNumber, typed } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface AddtotalsNode extends CommandNode {
  readonly fieldname: string;
  readonly row: boolean;
  readonly col: boolean;
  readonly names: readonly string[];
}

/**
 * `addtotals [fieldname=Total] [row=true] [col=false] [field, …]`: with `row` the sum of a row's numeric fields; with `col`
 * one more row with the sums of the columns.
 */
export const addtotals = defineCommand<AddtotalsNode>({
  names: ['addtotals'],
  parse: (reader, start) => {
    const options = { fieldname: 'Total', row: true, col: false };
    while (reader.at('fieldname', 'row', 'col')) {
      const equals = reader.peekSecond();
      if (equals.kind !== 'symbol' || equals.text !== '=') break;
      const word = reader.name().text.toLowerCase();
      reader.expect('=');
      if (word === 'fieldname')
        options.fieldname = reader.peek().kind === 'string' ? reader.string().text : reader.name().text;
      else options[word as 'row' | 'col'] = reader.expect('true', 'false').text.toLowerCase() === 'true';
      reader.accept(',');
    }
    const names = reader.peek().kind === 'name' ? parseList(reader, () => reader.name().text) : [];
    return { command: 'addtotals', ...options, names, span: { start, end: reader.offset } };
  },
  compile: ({ fieldname, row, col, names, span }, input, context) => {
    const shown = input.shown ?? [];
    // Without names: the numbers that the query made; of events' fields nobody knows what they are.
    const summed = names.length > 0 ? names : shown.filter((name) => input.made.get(name)?.kind === 'number');
    let relation = input;
    if (row && summed.length > 0) {
      const numbers = summed.map((name) => `ifNull(${asNumber(context.field(name, input, span))}, 0)`);
      const made = context.extended(input, [{ name: fieldname, value: typed(`(${numbers.join(' + ')})`, 'number') }]);
      relation = { ...made, shown: [...new Set([...shown, fieldname])] };
    }
    if (!col || summed.length === 0) return relation;
    const totalled = row ? [...summed, fieldname] : summed;
    const visible = relation.shown ?? [];
    const made = new Map<string, Column>();
    const rows: string[] = [];
    const totals: string[] = [];
    for (const name of visible) {
      const value = context.field(name, relation, span);
      const column: Column = { name, sql: context.newColumn(), kind: value.kind };
      const isSummed = totalled.includes(name);
      if (isSummed) made.set(name, { ...column, kind: 'number' });
      else made.set(name, column);
      rows.push(`${isSummed ? asNumber(value) : value.sql} AS ${column.sql}`);
      totals.push(isSummed ? `sumOrNull(${column.sql})` : 'NULL');
    }
    // The totals come last, whatever the order.
    const place = context.newColumn();
    const ordered = overRows(relation);
    const plain = context.stage(`SELECT ${rows.join(', ')}, row_number() ${ordered} AS ${place} FROM ${relation.from}`);
    const from = context.stage(
      `SELECT * FROM ${plain} UNION ALL SELECT ${totals.join(', ')}, count() + 1 FROM ${plain}`,
    );
    return {
      ...relation,
      from,
      made,
      events: undefined,
      unmade: undefined,
      order: [{ sql: place, descending: false }],
    };
  },
});
