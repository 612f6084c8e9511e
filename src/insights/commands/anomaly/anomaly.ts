import { MalformedQuery } from '../../errors.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { groupedByPattern } from '../pattern/pattern.ts';
import { patternsStage, SEVERITY_LABEL } from '../pattern/texts.ts';

/** Windows of the query's own length that lie before it. */
const WINDOWS = 5;
/** Standard deviations from the mean beyond which a count is unusual. */
const SCORE_MIN = 3;

/**
 * `pattern field | anomaly`: the patterns that are not as usual. AWS's rule is not known; this one (chosen) compares a
 * pattern's count with its mean in the five windows of the same length right before, of which those before the first event
 * do not count: `@anomaly.type` is `NewPattern` for one that was in none of them, `MoreThanUsual` or `LessThanUsual` for a
 * count three standard deviations away (`@anomaly.score`), where the deviation is taken as the root of the mean at least, as
 * of events that come at random. Without any event before there is nothing to compare with, and no row.
 */
export const anomaly = defineCommand({
  names: ['anomaly'],
  parse: (reader, start, { before }) => {
    const span = { start, end: reader.offset };
    if (before.at(-1) !== 'pattern') {
      throw new MalformedQuery('Anomaly compilation Failed : Anomaly operation has to be used after Pattern', span);
    }
    return { command: 'anomaly', span };
  },
  earlier: (_node: CommandNode, { startMs, endMs }) => ({
    startMs: startMs - WINDOWS * (endMs - startMs + 1),
    endMs: startMs - 1,
  }),
  compile: (node, input, context) => {
    const { startMs, endMs } = context.times;
    const { parameters } = context;
    const back = `${parameters.bind(startMs - 1, 'Int64')} - toUnixTimestamp64Milli(ts)`;
    const before = context.earlierRows(node);
    const windows = patternsStage(
      [
        { from: input.texts ?? input.from, number: 'toInt64(0)' },
        {
          from: before.texts ?? before.from,
          number: `1 + intDiv(${back}, ${parameters.bind(endMs - startMs + 1, 'Int64')})`,
        },
      ],
      context,
    );
    const rows = context.stage(`SELECT *, max(place) OVER () AS windows FROM ${windows}`);
    const places = Array.from({ length: WINDOWS }, (_, index) => `countIf(place = ${index + 1})`).join(', ');
    const counts = `arraySlice([${places}], 1, any(windows))`;
    const now = 'toFloat64(countIf(place = 0))';
    const mean = `arrayAvg(${counts})`;
    const variance = `arrayAvg(x -> pow(x - ${mean}, 2), ${counts})`;
    const score = `(${now} - ${mean}) / sqrt(greatest(${variance}, ${mean}, 1))`;
    const isNew = 'countIf(place > 0) = 0';
    const type = `multiIf(any(windows) = 0, NULL, ${isNew}, 'NewPattern', ${score} >= ${SCORE_MIN}, 'MoreThanUsual', ${score} <= -${SCORE_MIN}, 'LessThanUsual', NULL)`;
    const relation = groupedByPattern(rows, context, [
      { name: '@anomaly.type', sql: type, kind: 'text' },
      { name: '@anomaly.score', sql: score, kind: 'number' },
      { name: '@anomaly.expected', sql: mean, kind: 'number' },
      { name: '@sampleCount', sql: now, kind: 'number' },
      { name: '@severityLabel', sql: SEVERITY_LABEL, kind: 'text' },
    ]);
    const found = relation.made.get('@anomaly.type');
    if (!found) throw new Error('BUG: anomaly has no type');
    return { ...relation, from: context.stage(`SELECT * FROM ${relation.from} WHERE ${found.sql} IS NOT NULL`) };
  },
});
