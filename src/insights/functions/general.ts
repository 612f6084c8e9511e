/** ispresent, coalesce, case, if and the like. */
import { asCondition, asNumber, asText, type Kind, NULL_TEXT, type Typed, typed } from '../compile/typed.ts';
import { MalformedQuery } from '../errors.ts';
import { arg, type FunctionTable, scalar } from './definition.ts';

/** (§1.3) */
const CASE_BRANCHES_MAX = 10;

export const GENERAL: FunctionTable = {
  ...scalar('ispresent', 1, 1, (_node, args) => typed(`(${arg(args, 0).sql} IS NOT NULL)`, 'boolean')),
  ...scalar('coalesce', 1, Infinity, (_node, args) => commonKind(args, (all) => `coalesce(${all.join(', ')})`)),
  ...scalar('if', 3, 3, (_node, args) => branches([arg(args, 0)], [arg(args, 1)], arg(args, 2))),
  ...scalar('case', 2, 2 * CASE_BRANCHES_MAX + 1, (node, args) => {
    const pairs = args.length >> 1;
    if (pairs > CASE_BRANCHES_MAX)
      throw new MalformedQuery(`case has at most ${CASE_BRANCHES_MAX} branches.`, node.span);
    const conditions = Array.from({ length: pairs }, (_, index) => arg(args, 2 * index));
    const values = Array.from({ length: pairs }, (_, index) => arg(args, 2 * index + 1));
    return branches(conditions, values, args.length % 2 === 1 ? arg(args, args.length - 1) : NULL_TEXT);
  }),
  ...scalar('isNumeric', 1, 1, (_node, args) => typed(`(${asNumber(arg(args, 0))} IS NOT NULL)`, 'boolean')),
  // Bytes of the event's message.
  ...scalar('messageSize', 0, 1, (node, _args, context, relation) =>
    typed(`toFloat64(length(${asText(context.field('@message', relation, node.span))}))`, 'number'),
  ),
};

/** The value of the first condition that holds. */
export function branches(conditions: readonly Typed[], values: readonly Typed[], otherwise: Typed): Typed {
  return commonKind([...values, otherwise], (all) => {
    const parts = conditions.flatMap((condition, index) => [`ifNull(${asCondition(condition)}, 0)`, all[index] ?? '']);
    return `multiIf(${[...parts, all.at(-1) ?? ''].join(', ')})`;
  });
}

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
