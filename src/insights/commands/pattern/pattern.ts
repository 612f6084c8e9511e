import type { CompileContext } from '../../compile/context.ts';
import type { Column, Relation } from '../../compile/relation.ts';
import { asShown, type Kind, type Typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { patternsStage, SEVERITY_LABEL, textsStage } from './texts.ts';

interface PatternNode extends CommandNode {
  readonly name: string;
}

/** Parts of the query's time that `@visualization` counts by. */
const BUCKETS = 24;

/**
 * `pattern field`: rows with texts of the same form become one, with how many there are. `@tokens` and `@visualization` have
 * the forms of `patternTokens` and `histogram` of ListAnomalies, as JSON. (User Guide, "pattern"; the rules: texts.ts.)
 */
export const pattern = defineCommand<PatternNode>({
  names: ['pattern'],
  parse: (reader, start) => {
    const { text: name } = reader.name();
    return { command: 'pattern', name, span: { start, end: reader.offset } };
  },
  compile: ({ name, span }, input, context) => {
    if (!input.events) throw new MalformedQuery('pattern needs events: it cannot stand behind stats.', span);
    const texts = textsStage(asShown(context.field(name, input, span)), input.from, context);
    const rows = patternsStage([{ from: texts, number: '0' }], context);
    const { startMs, endMs } = context.times;
    const sizeMs = context.parameters.bind(Math.max(Math.ceil((endMs - startMs + 1) / BUCKETS), 1), 'Int64');
    const from = context.parameters.bind(startMs, 'Int64');
    const bucket = `toString(${from} + intDiv(toUnixTimestamp64Milli(ts) - ${from}, ${sizeMs}) * ${sizeMs})`;
    const relation = groupedByPattern(rows, context, [
      { name: '@sampleCount', sql: 'toFloat64(count())', kind: 'number' },
      { name: '@ratio', sql: 'round(count() / sum(count()) OVER (), 4)', kind: 'number' },
      { name: '@severityLabel', sql: SEVERITY_LABEL, kind: 'text' },
      { name: '@tokens', sql: TOKENS, kind: 'json' },
      { name: '@visualization', sql: `toJSONString(sumMap(map(${bucket}, toFloat64(1))))`, kind: 'json' },
    ]);
    return { ...relation, texts };
  },
});

/** Dynamic tokens are numbered from 1. */
const TOKENS = `concat('[', arrayStringConcat(arrayFilter(x -> x != '', arrayFlatten(arrayMap((x, i) -> [if(i = 1, '', concat('{"dynamicTokenPosition":', toString(i - 1), ',"isDynamic":true,"tokenString":"<*>"}')), if(x = '', '', concat('{"isDynamic":false,"tokenString":', toJSONString(x), '}'))], splitByString('<*>', pattern), arrayEnumerate(splitByString('<*>', pattern))))), ','), ']')`;

/** A row for each pattern, with `@pattern` first; the most frequent first. */
export function groupedByPattern(
  rows: string,
  context: CompileContext,
  values: readonly (Typed & { readonly name: string; readonly kind: Kind })[],
): Relation {
  const key: Column = { name: '@pattern', sql: context.newColumn(), kind: 'text' };
  const made = new Map([[key.name, key]]);
  const select = values.map(({ name, sql, kind }) => {
    const column: Column = { name, sql: context.newColumn(), kind };
    made.set(name, column);
    return `${sql} AS ${column.sql}`;
  });
  const count = made.get('@sampleCount');
  return {
    from: context.stage(`SELECT toNullable(pattern) AS ${key.sql}, ${select.join(', ')} FROM ${rows} GROUP BY pattern`),
    made,
    events: undefined,
    shown: [...made.keys()],
    displayed: false,
    order: [...(count ? [{ sql: count.sql, descending: true }] : []), { sql: key.sql, descending: false }],
    limit: undefined,
  };
}
