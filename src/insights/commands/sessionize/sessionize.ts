import { durationMs } from '../../compile/durations.ts';
import { asShown, typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import { type CommandNode, type DurationNode, parseExpression, parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

const MAXSPAN_DEFAULT_MS = 30 * 60_000;

interface SessionizeNode extends CommandNode {
  readonly names: readonly string[];
  readonly maxspanMs: number;
  readonly as: string;
}

/**
 * `sessionize field, … [maxspan 30m] [as session_id]`: numbers the events with the same values; after a pause longer than
 * `maxspan` a new session begins. An event that lacks one of the fields is in none.
 */
export const sessionize = defineCommand<SessionizeNode>({
  names: ['sessionize'],
  parse: (reader, start) => {
    const names = parseList(reader, () => reader.name().text);
    let maxspanMs = MAXSPAN_DEFAULT_MS;
    if (reader.accept('maxspan')) {
      reader.accept('=');
      const node = parseExpression(reader);
      if (node.kind !== 'duration') throw new MalformedQuery('maxspan is a period such as 30m.', node.span);
      maxspanMs = durationMs(node satisfies DurationNode);
    }
    const as = reader.accept('as') ? reader.name().text : 'session_id';
    return { command: 'sessionize', names, maxspanMs, as, span: { start, end: reader.offset } };
  },
  compile: ({ names, maxspanMs, as, span }, input, context) => {
    if (!input.events) throw new MalformedQuery('sessionize needs events, and these rows have no time any more.', span);
    const values = names.map((name) => asShown(context.field(name, input, span)));
    const partition = `PARTITION BY ${values.join(', ')} ORDER BY ts, sequence, position`;
    const begins = context.newColumn();
    const before = `lagInFrame(toNullable(toUnixTimestamp64Milli(ts)), 1) OVER (${partition} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)`;
    const pause = context.parameters.bind(maxspanMs, 'Int64');
    const marked = context.stage(
      `SELECT *, ifNull(toUnixTimestamp64Milli(ts) - ${before} > ${pause}, 0) AS ${begins} FROM ${input.from}`,
    );
    const number = `1 + sum(${begins}) OVER (${partition} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
    const id = `concat(${[...values, `toString(${number})`].join(", '-', ")})`;
    const made = context.extended({ ...input, from: marked }, [{ name: as, value: typed(id, 'text') }]);
    return { ...made, shown: [...new Set([...(input.shown ?? ['@timestamp', '@message']), as])] };
  },
});
