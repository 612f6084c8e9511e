import { naturalOrder } from '../../compile/order.ts';
import type { Span } from '../../errors.ts';
import { type CommandNode, parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface SortNode extends CommandNode {
  readonly keys: readonly { readonly name: string; readonly descending: boolean; readonly span: Span }[];
}

/** `sort field [asc|desc], …`: takes names only, no expressions. */
export const sort = defineCommand<SortNode>({
  names: ['sort'],
  parse: (reader, start) => {
    const keys = parseList(reader, () => {
      const { text: name, span } = reader.name();
      // The name of a column without an alias: `sort count(*) desc` is refused by AWS, too.
      if (reader.at('(')) reader.fail();
      const descending = reader.accept('desc') !== undefined;
      if (!descending) reader.accept('asc');
      return { name, descending, span };
    });
    return { command: 'sort', keys, span: { start, end: reader.offset } };
  },
  compile: ({ keys }, input, context) => ({
    ...input,
    order: keys.flatMap(({ name, descending, span }) => naturalOrder(context.field(name, input, span), descending)),
  }),
});
