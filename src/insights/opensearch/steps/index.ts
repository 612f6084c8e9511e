/** All steps, by name. */
import { assign } from './assign.ts';
import type { StepDefinition } from './definition.ts';
import { distinct } from './distinct.ts';
import { eventstats } from './eventstats.ts';
import { flatten } from './flatten.ts';
import { frequent } from './frequent.ts';
import { join } from './join.ts';
import { keep } from './keep.ts';
import { order } from './order.ts';
import { project } from './project.ts';
import { rename } from './rename.ts';
import { slice } from './slice.ts';
import { trendline } from './trendline.ts';
import { union } from './union.ts';
import { window } from './window.ts';

const BY_NAME: ReadonlyMap<string, StepDefinition> = new Map(
  [
    assign,
    distinct,
    eventstats,
    flatten,
    frequent,
    join,
    keep,
    order,
    project,
    rename,
    slice,
    trendline,
    union,
    window,
  ].map((step) => [step.name, step]),
);

export function stepNamed(name: string): StepDefinition | undefined {
  return BY_NAME.get(name);
}
