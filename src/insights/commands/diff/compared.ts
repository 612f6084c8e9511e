/** Patterns of two times beside each other: for `diff` and `logcompare`. The names of the fields are chosen. */
import type { CompileContext } from '../../compile/context.ts';
import type { Relation } from '../../compile/relation.ts';
import { groupedByPattern } from '../pattern/pattern.ts';
import { patternsStage, SEVERITY_LABEL } from '../pattern/texts.ts';

const NOW = 'countIf(place = 0)';
const BEFORE = 'countIf(place = 1)';
const DESCRIPTION = `multiIf(${BEFORE} = 0, 'New', ${NOW} = 0, 'Gone', ${NOW} > ${BEFORE}, 'More', ${NOW} < ${BEFORE}, 'Less', 'Same')`;

/** Both relations come right from `pattern`. Those that changed most come first. */
export function comparedPatterns(now: Relation, before: Relation, context: CompileContext): Relation {
  const rows = patternsStage(
    [
      { from: now.texts ?? now.from, number: '0' },
      { from: before.texts ?? before.from, number: '1' },
    ],
    context,
  );
  const relation = groupedByPattern(rows, context, [
    { name: '@sampleCount', sql: `toFloat64(${NOW})`, kind: 'number' },
    { name: '@previousSampleCount', sql: `toFloat64(${BEFORE})`, kind: 'number' },
    { name: '@difference', sql: `toFloat64(${NOW}) - toFloat64(${BEFORE})`, kind: 'number' },
    { name: '@differenceDescription', sql: DESCRIPTION, kind: 'text' },
    { name: '@severityLabel', sql: SEVERITY_LABEL, kind: 'text' },
  ]);
  const difference = relation.made.get('@difference');
  const most = difference ? [{ sql: `abs(${difference.sql})`, descending: true }] : [];
  return { ...relation, order: [...most, ...(relation.order ?? [])] };
}
