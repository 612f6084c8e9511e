import { asShown, typed } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { itemsOf } from '../expand/expand.ts';

interface UnnestNode extends CommandNode {
  readonly list: string;
  readonly into: string;
}

/** `unnest list into item`: a row for each item of a list; what is no list is a list of one. */
export const unnest = defineCommand<UnnestNode>({
  names: ['unnest'],
  parse: (reader, start) => {
    const list = reader.name().text;
    reader.expect('into');
    const into = reader.name().text;
    return { command: 'unnest', list, into, span: { start, end: reader.offset } };
  },
  compile: ({ list, into, span }, input, context) => {
    const value = asShown(context.field(list, input, span));
    return context.extended(input, [{ name: into, value: typed(`arrayJoin(${itemsOf(value)})`, 'any') }]);
  },
});
