import { isObject, type Json, type JsonObject, listOf, objectOf, textsOf } from './json.ts';

const DEPTH_MAX = 8;

/** An input that fits a tool's JSON schema roughly: its required properties, texts taken from the prompt. */
export function exampleOf(schema: JsonObject, prompt: string): JsonObject {
  const value = example(schema, prompt, 0);
  return isObject(value) ? value : {};
}

function example(schema: JsonObject, prompt: string, depth: number): Json {
  if (schema['const'] !== undefined) return schema['const'];
  const [choice] = listOf(schema['enum']);
  if (choice !== undefined) return choice;
  switch (typeOf(schema)) {
    case 'object':
      return depth < DEPTH_MAX ? exampleObject(schema, prompt, depth) : {};
    case 'array':
      return depth < DEPTH_MAX && isObject(schema['items']) ? [example(schema['items'], prompt, depth + 1)] : [];
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return prompt.slice(0, typeof schema['maxLength'] === 'number' ? schema['maxLength'] : 200);
  }
}

function exampleObject(schema: JsonObject, prompt: string, depth: number): JsonObject {
  const properties = objectOf(schema['properties']);
  const required = textsOf(schema['required']);
  const names = required.length > 0 ? required : Object.keys(properties);
  return Object.fromEntries(names.map((name) => [name, example(objectOf(properties[name]), prompt, depth + 1)]));
}

function typeOf(schema: JsonObject): Json | undefined {
  const type = schema['type'];
  if (Array.isArray(type)) return (type as readonly Json[])[0];
  return type ?? (isObject(schema['properties']) ? 'object' : undefined);
}
