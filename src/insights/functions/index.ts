import { ADDRESSES } from './addresses.ts';
import { AGGREGATES } from './aggregates.ts';
import type { FunctionDefinition, FunctionTable } from './definition.ts';
import { GENERAL } from './general.ts';
import { JSONS } from './json.ts';
import { NUMBERS } from './numbers.ts';
import { TEXTS } from './texts.ts';
import { TIMES } from './times.ts';

const FUNCTIONS: FunctionTable = { ...ADDRESSES, ...AGGREGATES, ...GENERAL, ...JSONS, ...NUMBERS, ...TEXTS, ...TIMES };

/** @param name in any case */
export function functionNamed(name: string): FunctionDefinition | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(FUNCTIONS, key) ? FUNCTIONS[key] : undefined;
}

/** All names, for messages and the reference. */
export function functionNames(): string[] {
  return Object.keys(FUNCTIONS);
}
