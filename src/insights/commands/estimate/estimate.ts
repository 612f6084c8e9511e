import type { Column } from '../../compile/relation.ts';
import { asText } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

/**
 * `estimate`, the last command: instead of running the query tells how many bytes it would scan, which are all of its log
 * groups in its time. (The field's name is chosen.)
 */
export const estimate = defineCommand({
  names: ['estimate'],
  parse: (reader, start) => {
    const span = { start, end: reader.offset };
    if (reader.at('|') && reader.peekSecond().kind !== 'end') {
      reader.next();
      reader.fail();
    }
    return { command: 'estimate', span };
  },
  compile: ({ span }: CommandNode, _input, context) => {
    const events = context.ownEvents;
    const bytes: Column = { name: 'estimatedBytes', sql: context.newColumn(), kind: 'number' };
    const message = asText(context.field('@message', events, span));
    return {
      from: context.stage(`SELECT toNullable(toFloat64(sum(length(${message})))) AS ${bytes.sql} FROM ${events.from}`),
      made: new Map([[bytes.name, bytes]]),
      events: undefined,
      shown: [bytes.name],
      displayed: false,
      order: undefined,
      limit: undefined,
    };
  },
});
