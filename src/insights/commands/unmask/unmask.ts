import { type CommandNode, parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface UnmaskNode extends CommandNode {
  readonly names: readonly string[];
}

/** `unmask field, …`: shows fields unmasked. Varve masks nothing, so it shows them. */
export const unmask = defineCommand<UnmaskNode>({
  names: ['unmask'],
  parse: (reader, start) => {
    const names = parseList(reader, () => reader.name().text);
    return { command: 'unmask', names, span: { start, end: reader.offset } };
  },
  compile: ({ names }, input) => ({ ...input, shown: [...new Set([...(input.shown ?? []), ...names])] }),
});
