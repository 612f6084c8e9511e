/**
 * Bedrock's refusals of native bodies, in its words (captured: `Malformed input request, please reformat …`; the other
 * forms are those of public reports: one violation is told, several are only counted).
 */
import { ApiError } from '#wire';
import { isObject, type Json, type JsonObject } from './json.ts';

const REFORMAT = 'please reformat your input and try again.';

/** The names that Bedrock's schema checker gives to JSON's types. */
export type SchemaType = 'String' | 'Integer' | 'Number' | 'Boolean' | 'JSONArray' | 'JSONObject';

export interface Field {
  readonly type: SchemaType | readonly SchemaType[];
  readonly required?: boolean;
}

export type Fields = Readonly<Record<string, Field>>;

export function malformed(what?: string): ApiError {
  const text =
    what === undefined ? `Malformed input request, ${REFORMAT}` : `Malformed input request: ${what}, ${REFORMAT}`;
  return new ApiError('ValidationException', text, { status: 400 });
}

/** @throws {ApiError} ValidationException when the bytes are no JSON object */
export function parseBody(bytes: Buffer): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch {
    throw malformed();
  }
  if (!isObject(value)) throw malformed(`#: expected type: JSONObject, found: ${typeName(value)}`);
  return value;
}

/** @throws {ApiError} ValidationException naming the one violation, or how many there are */
export function checkFields(body: JsonObject, fields: Fields): void {
  const violations: string[] = [];
  for (const [name, { type, required }] of Object.entries(fields)) {
    const value = body[name];
    if (value === undefined) {
      if (required === true) violations.push(`#: required key [${name}] not found`);
      continue;
    }
    const types = typeof type === 'string' ? [type] : type;
    if (types.some((each) => hasType(value, each))) continue;
    violations.push(`#/${name}: expected type: ${types[0]}, found: ${typeName(value)}`);
  }
  if (violations.length === 1) throw malformed(violations[0]);
  if (violations.length > 1) throw malformed(`${violations.length} schema violations found`);
}

function hasType(value: Json, type: SchemaType): boolean {
  if (type === 'Number') return typeof value === 'number';
  return typeName(value) === type;
}

function typeName(value: Json): SchemaType | 'Null' {
  if (value === null) return 'Null';
  if (typeof value === 'string') return 'String';
  if (typeof value === 'boolean') return 'Boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Number';
  return Array.isArray(value) ? 'JSONArray' : 'JSONObject';
}
