import { ADDRESSES } from './addresses.ts';
import { AGGREGATES } from './aggregates.ts';
import type { FunctionDefinition, FunctionTable } from './definition.ts';
import { GENERAL } from './general.ts';
import { JSONS } from './json.ts';
import { NUMBERS } from './numbers.ts';
import { OPEN_SEARCH_FUNCTIONS } from './opensearch/index.ts';
import { TEXTS } from './texts.ts';
import { TIMES } from './times.ts';

const INSIGHTS: FunctionTable = { ...ADDRESSES, ...AGGREGATES, ...GENERAL, ...JSONS, ...NUMBERS, ...TEXTS, ...TIMES };
const FUNCTIONS: FunctionTable = { ...INSIGHTS, ...OPEN_SEARCH_FUNCTIONS };

/** @param name in any case */
export function functionNamed(name: string): FunctionDefinition | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(FUNCTIONS, key) ? FUNCTIONS[key] : undefined;
}

/** What a function of PPL or SQL is called here. @param name lower case */
export function openSearchFunction(language: 'PPL' | 'SQL', name: string): string | undefined {
  return [`${language.toLowerCase()}:${name}`, `os:${name}`].find((key) => Object.hasOwn(OPEN_SEARCH_FUNCTIONS, key));
}

/** All names of PPL or SQL. */
export function openSearchFunctionNames(language: 'PPL' | 'SQL'): string[] {
  const names = Object.keys(OPEN_SEARCH_FUNCTIONS).flatMap((key) => {
    const [prefix, name = ''] = key.split(':');
    return (prefix === 'os' || prefix === language.toLowerCase()) && !name.startsWith('.') ? [name] : [];
  });
  return [...new Set(names)];
}

/** All names of Logs Insights QL, for messages and the reference. */
export function functionNames(): string[] {
  return Object.keys(INSIGHTS);
}
