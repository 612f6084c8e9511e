/** All commands, by name. */
import type { CommandDefinition } from './definition.ts';
import { display } from './display/display.ts';
import { fields } from './fields/fields.ts';
import { filter } from './filter/filter.ts';
import { limit } from './limit/limit.ts';
import { parse } from './parse/parse.ts';
import { sort } from './sort/sort.ts';
import { stats } from './stats/stats.ts';

const DEFINITIONS: readonly CommandDefinition[] = [display, fields, filter, limit, parse, sort, stats];

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
