import { orderBy } from '../../compile/order.ts';
import { MalformedQuery } from '../../errors.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface LimitNode extends CommandNode {
  readonly count: number;
  readonly any: boolean;
}

/** (§1.2: default 10,000, at most 100,000.) */
export const LIMIT_MAX = 100_000;

/** `limit N` in the order of the rows; `limit any N` takes whichever rows are found first. */
export const limit = defineCommand<LimitNode>({
  names: ['limit'],
  parse: (reader, start) => {
    const any = reader.accept('any') !== undefined;
    const { value, span } = reader.integer();
    if (value < 1 || value > LIMIT_MAX) throw new MalformedQuery(`A limit is a number from 1 to ${LIMIT_MAX}.`, span);
    return { command: 'limit', count: value, any, span: { start, end: reader.offset } };
  },
  compile: ({ count, any }, input, context) => {
    const order = any ? '' : orderBy(input);
    const from = context.stage(`SELECT * FROM ${input.from}${order} LIMIT ${context.parameters.bind(count, 'UInt64')}`);
    return { ...input, from, limit: Math.min(count, input.limit ?? LIMIT_MAX) };
  },
});
