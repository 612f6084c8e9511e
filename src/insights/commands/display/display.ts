import { type CommandNode, type Named, parseList, parseNamed } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { withItems } from '../fields/fields.ts';

interface DisplayNode extends CommandNode {
  readonly items: readonly Named[];
}

/** `display field, …`: shows these and nothing else; the last one counts. */
export const display = defineCommand<DisplayNode>({
  names: ['display'],
  parse: (reader, start, context) => {
    const items = parseList(reader, () => parseNamed(reader, context));
    return { command: 'display', items, span: { start, end: reader.offset } };
  },
  compile: ({ items }, input, context) => ({
    ...withItems(input, items, context),
    shown: [...new Set(items.map(({ name }) => name))],
    displayed: true,
  }),
});
