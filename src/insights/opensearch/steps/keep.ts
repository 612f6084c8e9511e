import type { CommandNode } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';

export interface KeepNode extends CommandNode {
  readonly command: 'keep';
  readonly names: readonly string[];
  /** Whether these are the ones that go. */
  readonly dropped: boolean;
}

/** What is shown: just these fields, or all but these. */
export const keep = defineStep<KeepNode>({
  name: 'keep',
  compile: ({ names, dropped }, input) => {
    const shown = input.shown ?? ['@timestamp', '@message'];
    return {
      ...input,
      shown: dropped ? shown.filter((name) => !names.includes(name)) : [...new Set(names)],
      displayed: true,
    };
  },
});
