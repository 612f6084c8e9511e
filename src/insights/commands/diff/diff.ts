import { MalformedQuery } from '../../errors.ts';
import type { TimeRange } from '../../compile/context.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { comparedPatterns } from './compared.ts';

interface DiffNode extends CommandNode {
  /** How far back it compares; undefined: with what lies right before. */
  readonly shift: keyof typeof SHIFTS_MS | undefined;
}

const DAY_MS = 86_400_000;
/** A month is 30 days. (Chosen.) */
const SHIFTS_MS = { previousday: DAY_MS, previousweek: 7 * DAY_MS, previousmonth: 30 * DAY_MS } as const;

/**
 * `pattern field | diff [previousDay|previousWeek|previousMonth]`: how often each pattern is there, and how often it was in
 * an earlier time of the same length. (User Guide, "diff".)
 */
export const diff = defineCommand<DiffNode>({
  names: ['diff'],
  parse: (reader, start, { before }) => {
    const span = { start, end: reader.offset };
    if (before.at(-1) !== 'pattern') {
      throw new MalformedQuery('Diff compilation Failed : Diff operation has to be used after Pattern', span);
    }
    const word = reader.accept(...Object.keys(SHIFTS_MS))?.text.toLowerCase() as DiffNode['shift'];
    return { command: 'diff', shift: word, span: { start, end: reader.offset } };
  },
  earlier: ({ shift }, range) => shifted(range, shift && SHIFTS_MS[shift]),
  compile: (node, input, context) => comparedPatterns(input, context.earlierRows(node), context),
});

/** The range, earlier: by so much, or by its own length. */
export function shifted({ startMs, endMs }: TimeRange, shiftMs = endMs - startMs + 1): TimeRange {
  return { startMs: startMs - shiftMs, endMs: endMs - shiftMs };
}
