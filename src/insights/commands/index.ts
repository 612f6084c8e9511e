/** All commands, by name. */
import { accum } from './accum/accum.ts';
import { addtotals } from './addtotals/addtotals.ts';
import { anomaly } from './anomaly/anomaly.ts';
import { diff } from './diff/diff.ts';
import { logcompare } from './logcompare/logcompare.ts';
import { pattern } from './pattern/pattern.ts';
import { appendcols } from './appendcols/appendcols.ts';
import { autoregress } from './autoregress/autoregress.ts';
import { cidrlookup } from './cidrlookup/cidrlookup.ts';
import { countFrequent } from './count-frequent/count-frequent.ts';
import { dedup } from './dedup/dedup.ts';
import type { CommandDefinition } from './definition.ts';
import { display } from './display/display.ts';
import { estimate } from './estimate/estimate.ts';
import { expand } from './expand/expand.ts';
import { fields } from './fields/fields.ts';
import { filldown } from './filldown/filldown.ts';
import { fillmissing } from './fillmissing/fillmissing.ts';
import { filterIndex } from './filter-index/filter-index.ts';
import { filter } from './filter/filter.ts';
import { join } from './join/join.ts';
import { json } from './json/json.ts';
import { limit } from './limit/limit.ts';
import { lookup } from './lookup/lookup.ts';
import { outlier } from './outlier/outlier.ts';
import { parse } from './parse/parse.ts';
import { relevantfields } from './relevantfields/relevantfields.ts';
import { sessionize } from './sessionize/sessionize.ts';
import { sort } from './sort/sort.ts';
import { source } from './source/source.ts';
import { stats } from './stats/stats.ts';
import { unmask } from './unmask/unmask.ts';
import { unnest } from './unnest/unnest.ts';

const DEFINITIONS: readonly CommandDefinition[] = [
  accum,
  addtotals,
  anomaly,
  diff,
  logcompare,
  pattern,
  appendcols,
  autoregress,
  cidrlookup,
  countFrequent,
  dedup,
  display,
  estimate,
  expand,
  fields,
  filldown,
  fillmissing,
  filter,
  filterIndex,
  join,
  json,
  limit,
  lookup,
  outlier,
  parse,
  relevantfields,
  sessionize,
  sort,
  source,
  stats,
  unmask,
  unnest,
];

const BY_NAME = new Map(
  DEFINITIONS.flatMap((definition) => definition.names.map((name) => [name, definition] as const)),
);

/** @param name in any case */
export function commandNamed(name: string): CommandDefinition | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function commandNames(): string[] {
  return [...BY_NAME.keys()];
}
