import { AGGREGATES } from './aggregates.ts';
import type { FunctionDefinition, FunctionTable } from './definition.ts';
import { GENERAL } from './general.ts';
import { TIMES } from './times.ts';

const FUNCTIONS: FunctionTable = { ...GENERAL, ...TIMES, ...AGGREGATES };

/** @param name in any case */
export function functionNamed(name: string): FunctionDefinition | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(FUNCTIONS, key) ? FUNCTIONS[key] : undefined;
}

/** All names, for messages and the reference. */
export function functionNames(): string[] {
  return Object.keys(FUNCTIONS);
}
