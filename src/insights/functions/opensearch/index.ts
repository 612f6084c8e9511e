/** The functions of OpenSearch PPL and SQL, as CloudWatch documents them, under `os:`, `ppl:` and `sql:`. */
import type { FunctionTable } from '../definition.ts';
import { OPEN_SEARCH_AGGREGATES, PPL_AGGREGATES, SQL_AGGREGATES } from './aggregates.ts';
import { OPEN_SEARCH_CONDITIONS } from './conditions.ts';
import { prefixed } from './definition.ts';
import { OPEN_SEARCH_JSON } from './json.ts';
import { OPEN_SEARCH_NUMBERS } from './numbers.ts';
import { OPEN_SEARCH_TEXTS } from './texts.ts';
import { OPEN_SEARCH_TIMES } from './times.ts';

export const OPEN_SEARCH_FUNCTIONS: FunctionTable = {
  ...prefixed(OPEN_SEARCH_AGGREGATES),
  ...prefixed(OPEN_SEARCH_CONDITIONS),
  ...prefixed(OPEN_SEARCH_JSON),
  ...prefixed(OPEN_SEARCH_NUMBERS),
  ...prefixed(OPEN_SEARCH_TEXTS),
  ...prefixed(OPEN_SEARCH_TIMES),
  ...prefixed(PPL_AGGREGATES, 'ppl:'),
  ...prefixed(SQL_AGGREGATES, 'sql:'),
};
