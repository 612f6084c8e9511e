/**
 * SQL expressions and what they hold. Every one of them is nullable: what is missing, or cannot be converted, is null.
 *
 *   any      Nullable(String): a scalar of an event as text; a number when it looks like one and is used as one
 *   text     Nullable(String)
 *   number   Nullable(Float64)
 *   boolean  Nullable(UInt8)
 *   time     Nullable(DateTime64(3, 'UTC')): shown as `2026-01-01 00:00:00.000`, counts as milliseconds in arithmetic
 *   json     Nullable(String): the JSON text of a list or map; null to functions of texts and numbers
 */
export type Kind = 'any' | 'text' | 'number' | 'boolean' | 'time' | 'json';

export interface Typed {
  readonly sql: string;
  readonly kind: Kind;
  /** For what was a literal in the query. */
  readonly literal?: string | number | boolean | null;
}

export const NULL_TEXT: Typed = { sql: "CAST(NULL, 'Nullable(String)')", kind: 'text', literal: null };

export function typed(sql: string, kind: Kind): Typed {
  return { sql, kind };
}

/** As Nullable(Float64). */
export function asNumber(value: Typed): string {
  switch (value.kind) {
    case 'number':
      return value.sql;
    case 'boolean':
      return `toFloat64(${value.sql})`;
    case 'time':
      return `toFloat64(toUnixTimestamp64Milli(${value.sql}))`;
    case 'json':
      return "CAST(NULL, 'Nullable(Float64)')";
    default:
      return `toFloat64OrNull(${value.sql})`;
  }
}

/** As Nullable(String). Numbers print without an exponent and without a fraction they do not have. */
export function asText(value: Typed): string {
  switch (value.kind) {
    case 'number':
      return numberText(value.sql);
    case 'boolean':
      return `toString(${value.sql})`;
    case 'time':
      return `toString(${value.sql})`;
    case 'json':
      return "CAST(NULL, 'Nullable(String)')";
    default:
      return value.sql;
  }
}

/** As Nullable(String), with the JSON text of lists and maps. */
export function asShown(value: Typed): string {
  return value.kind === 'json' ? value.sql : asText(value);
}

/** As Nullable(UInt8): what a condition holds. */
export function asCondition(value: Typed): string {
  switch (value.kind) {
    case 'boolean':
      return value.sql;
    case 'number':
      return `(${value.sql} != 0)`;
    case 'time':
    case 'json':
      return `(${value.sql} IS NOT NULL)`;
    default:
      return `(lowerUTF8(${value.sql}) = 'true' OR ifNull(toFloat64OrNull(${value.sql}) != 0, 0))`;
  }
}

/** As Nullable(DateTime64(3, 'UTC')): numbers are milliseconds since the epoch. */
export function asTime(value: Typed): string {
  if (value.kind === 'time') return value.sql;
  return `fromUnixTimestamp64Milli(toInt64OrNull(toString(trunc(${asNumber(value)}))), 'UTC')`;
}

function numberText(sql: string): string {
  return `if(abs(${sql}) < 1e15 AND ${sql} = trunc(${sql}), toString(toInt64OrNull(toString(${sql}))), toString(${sql}))`;
}
