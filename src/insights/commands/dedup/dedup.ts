import { orderBy } from '../../compile/order.ts';
import { asShown } from '../../compile/typed.ts';
import { type CommandNode, parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface DedupNode extends CommandNode {
  readonly names: readonly string[];
}

const AFTER = ['limit', 'fields', 'display'];

/**
 * `dedup field, …`: of the rows with the same values the first in the order of the rows; a row that lacks one of the fields
 * stays. Only `limit` may follow (§1.2), and what shows fields: AWS's own query generator writes `dedup … | fields …`.
 */
export const dedup = defineCommand<DedupNode>({
  names: ['dedup'],
  parse: (reader, start) => {
    const names = parseList(reader, () => reader.name().text);
    if (reader.at('|')) {
      const after = reader.peekSecond();
      if (after.kind === 'name' && !AFTER.includes(after.text.toLowerCase())) {
        reader.next();
        reader.fail();
      }
    }
    return { command: 'dedup', names, span: { start, end: reader.offset } };
  },
  compile: ({ names, span }, input, context) => {
    const values = names.map((name) => asShown(context.field(name, input, span)));
    const rank = context.newColumn();
    const ranked = context.stage(
      `SELECT *, row_number() OVER (PARTITION BY ${values.join(', ')}${orderBy(input)}) AS ${rank} FROM ${input.from}`,
    );
    const lacking = values.map((sql) => `${sql} IS NULL`).join(' OR ');
    return { ...input, from: context.stage(`SELECT * FROM ${ranked} WHERE ${rank} = 1 OR ${lacking}`) };
  },
});
