import type { Relation } from '../../compile/relation.ts';
import { type Typed, typed } from '../../compile/typed.ts';

/** The names that are shown: those that a step makes come behind the others. */
export function shownWith(relation: Relation, names: readonly string[]): readonly string[] {
  return [...new Set([...(relation.shown ?? ['@timestamp', '@message']), ...names])];
}

/** Truth as Spark prints it. */
export function asColumn(value: Typed): Typed {
  if (value.kind !== 'boolean') return value;
  return typed(`if(${value.sql} IS NULL, NULL, if(${value.sql}, 'true', 'false'))`, 'any');
}
