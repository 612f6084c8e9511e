import { durationMs } from '../../compile/durations.ts';
import { MalformedQuery } from '../../errors.ts';
import { type CommandNode, parseExpression } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { comparedPatterns } from '../diff/compared.ts';
import { shifted } from '../diff/diff.ts';
import { pattern } from '../pattern/pattern.ts';

interface LogcompareNode extends CommandNode {
  readonly shiftMs: number;
  /** Whether `pattern` stands right before; else it is of @message. */
  readonly patterned: boolean;
}

/** `[pattern field |] logcompare timeshift 7d`: as `diff`, with the same range of time so much earlier. */
export const logcompare = defineCommand<LogcompareNode>({
  names: ['logcompare'],
  parse: (reader, start, { before }) => {
    reader.expect('timeshift');
    reader.accept('=');
    reader.accept('-');
    const node = parseExpression(reader);
    if (node.kind !== 'duration') throw new MalformedQuery('timeshift is a period such as 7d.', node.span);
    const span = { start, end: reader.offset };
    return { command: 'logcompare', shiftMs: durationMs(node), patterned: before.at(-1) === 'pattern', span };
  },
  earlier: ({ shiftMs }, range) => shifted(range, shiftMs),
  compile: (node, input, context) => {
    const message = { command: 'pattern', name: '@message', span: node.span };
    const patterned = (relation: typeof input): typeof input =>
      node.patterned ? relation : pattern.compile(message, relation, context);
    return comparedPatterns(patterned(input), patterned(context.earlierRows(node)), context);
  },
});
