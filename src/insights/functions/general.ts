/** ispresent, coalesce and the like. */
import { asText, type Kind, type Typed, typed } from '../compile/typed.ts';
import { arg, type FunctionTable, scalar } from './definition.ts';

export const GENERAL: FunctionTable = {
  ...scalar('ispresent', 1, 1, (_node, args) => typed(`(${arg(args, 0).sql} IS NOT NULL)`, 'boolean')),
  ...scalar('coalesce', 1, Infinity, (_node, args) => commonKind(args, (all) => `coalesce(${all.join(', ')})`)),
};

/** What joins several values: of their own kind when they agree, else texts. */
export function commonKind(values: readonly Typed[], join: (sql: readonly string[]) => string): Typed {
  const kinds = new Set(values.filter(({ literal }) => literal !== null).map(({ kind }) => kind));
  const [only] = kinds;
  if (kinds.size === 1 && only !== undefined) return typed(join(values.map((value) => castNull(value, only))), only);
  return typed(join(values.map(asText)), 'any');
}

const NULLS: Readonly<Record<Kind, string>> = {
  any: "CAST(NULL, 'Nullable(String)')",
  text: "CAST(NULL, 'Nullable(String)')",
  json: "CAST(NULL, 'Nullable(String)')",
  number: "CAST(NULL, 'Nullable(Float64)')",
  boolean: "CAST(NULL, 'Nullable(UInt8)')",
  time: "CAST(NULL, 'Nullable(DateTime64(3, \\'UTC\\'))')",
};

function castNull(value: Typed, kind: Kind): string {
  return value.literal === null ? NULLS[kind] : value.sql;
}
