import { asShown } from '../../compile/typed.ts';
import { type CommandNode, parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { type Outputs, parseOutputs, withOutputs } from './outputs.ts';

interface LookupNode extends CommandNode {
  readonly table: string;
  /** A column of the table, and the field that must have its value. */
  readonly keys: readonly { readonly column: string; readonly field: string }[];
  readonly outputs: Outputs;
}

/**
 * `lookup table column [as field], … OUTPUT|OUTPUTNEW column [as name], …`: fields from the first row of a lookup table
 * whose columns are as the fields say. OUTPUT replaces what is there, also by nothing; OUTPUTNEW fills what is missing.
 */
export const lookup = defineCommand<LookupNode>({
  names: ['lookup'],
  parse: (reader, start) => {
    const table = reader.name().text;
    const keys = parseList(reader, () => {
      const column = reader.name().text;
      return { column, field: reader.accept('as') ? reader.name().text : column };
    });
    const outputs = parseOutputs(reader);
    return { command: 'lookup', table, keys, outputs, span: { start, end: reader.offset } };
  },
  compile: ({ table, keys, outputs, span }, input, context) => {
    const wanted = keys.map(({ column, field }) => ({ field: column, alias: context.newColumn(), of: field }));
    const given = outputs.items.map(({ column }) => ({ field: column, alias: context.newColumn() }));
    const rows = context.lookups.rows(table, [...wanted, ...given], span);
    const aliases = wanted.map(({ alias }) => alias);
    const first = context.stage(
      `SELECT * REPLACE (${given.map(({ alias }) => `toNullable(${alias}) AS ${alias}`).join(', ')}) FROM (${rows}) LIMIT 1 BY ${aliases.join(', ')}`,
    );
    const matches = wanted.map(({ alias, of }) => `${asShown(context.field(of, input, span))} = ${alias}`);
    const from = context.stage(`SELECT * FROM ${input.from} LEFT ANY JOIN ${first} ON ${matches.join(' AND ')}`);
    return withOutputs(
      { ...input, from },
      outputs,
      given.map(({ alias }) => alias),
      span,
      context,
    );
  },
});
