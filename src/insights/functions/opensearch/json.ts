/** JSON and lists, which are texts of JSON here. */
import { jsonAccess } from '../../compile/json-access.ts';
import { asNumber, asShown, type Typed, typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import type { CallNode } from '../../syntax/index.ts';
import { arg, type FunctionTable } from '../definition.ts';
import { JSONS } from '../json.ts';
import { many, same } from './definition.ts';
import { shown, textLiteral } from './texts.ts';

export const OPEN_SEARCH_JSON: FunctionTable = {
  ...same(JSONS, 'jsonArraySize', 1, 1, 'size', 'cardinality', 'array_length', 'json_array_length'),
  ...same(JSONS, 'jsonArrayContains', 2, 2, 'array_contains'),
  ...same(JSONS, 'jsonParse', 1, 1, 'json', 'parse_json'),
  ...same(JSONS, 'jsonStringify', 1, 1, 'to_json', 'to_json_string'),
  ...many('get_json_object json_extract', 2, 2, (node, args, context) => {
    const path = pathOf(node, args);
    return path.length === 0 ? arg(args, 0) : jsonAccess(arg(args, 0), path, context);
  }),
  ...many('json_valid', 1, 1, (_node, args) => {
    const text = asShown(arg(args, 0));
    return typed(`if(${text} IS NULL, NULL, isValidJSON(assumeNotNull(${text})))`, 'boolean');
  }),
  ...many('json_keys json_object_keys', 1, 1, (_node, args) => {
    const text = `ifNull(${asShown(arg(args, 0))}, '')`;
    return typed(`if(JSONType(${text}) = 'Object', toJSONString(JSONExtractKeys(${text})), NULL)`, 'json');
  }),
  ...many('json_array array', 0, Infinity, (_node, args) =>
    typed(`concat('[', ${args.map((one) => jsonOf(one)).join(", ',', ") || "''"}, ']')`, 'json'),
  ),
  ...many('json_object named_struct', 2, Infinity, (node, args) => {
    if (args.length % 2 === 1) throw new MalformedQuery('json_object takes pairs of a name and a value.', node.span);
    const pairs = Array.from({ length: args.length >> 1 }, (_, index) => {
      const name = `toJSONString(ifNull(${shown(arg(args, 2 * index))}, ''))`;
      return `${name}, ':', ${jsonOf(arg(args, 2 * index + 1))}`;
    });
    return typed(`concat('{', ${pairs.join(", ',', ")}, '}')`, 'json');
  }),
  // From 1, and from the end below 0.
  ...many('element_at', 2, 2, (_node, args) => {
    const items = `JSONExtractArrayRaw(ifNull(${asShown(arg(args, 0))}, ''))`;
    return typed(itemOf(`arrayElement(${items}, toInt64(ifNull(trunc(${asNumber(arg(args, 1))}), 0)))`), 'any');
  }),
  ...many('array_join', 2, 2, (node, args, { parameters }) => {
    const list = asShown(arg(args, 0));
    const raw = `arrayFilter(x -> x != 'null', JSONExtractArrayRaw(ifNull(${list}, '')))`;
    const items = `arrayMap(x -> ifNull(${itemOf('x')}, ''), ${raw})`;
    const separator = parameters.text(textLiteral(node, args, 1));
    return typed(`if(${list} IS NULL, NULL, arrayStringConcat(${items}, ${separator}))`, 'text');
  }),
};

function itemOf(raw: string): string {
  return `multiIf(JSONType(${raw}) = 'String', JSONExtractString(${raw}), JSONType(${raw}) IN ('Null', ''), NULL, ${raw})`;
}

/** A value as JSON text: what an event holds keeps its form where it is a number, true, false, a list or a map. */
function jsonOf(value: Typed): string {
  const text = shown(value);
  if (value.kind === 'number' || value.kind === 'boolean' || value.kind === 'json') return `ifNull(${text}, 'null')`;
  const quoted = `toJSONString(assumeNotNull(${text}))`;
  if (value.kind !== 'any') return `if(${text} IS NULL, 'null', ${quoted})`;
  const isOther = `toFloat64OrNull(${text}) IS NOT NULL OR ${text} IN ('true', 'false') OR JSONType(assumeNotNull(${text})) IN ('Object', 'Array')`;
  return `multiIf(${text} IS NULL, 'null', ${isOther}, assumeNotNull(${text}), ${quoted})`;
}

const STEP = /\.([A-Za-z_@][\w@-]*)|\[(\d{1,6})\]|\['([^']+)'\]|\["([^"]+)"\]/y;

/** `$.a.b[0]['c d']` */
function pathOf(node: CallNode, args: readonly Typed[]): (string | number)[] {
  const { literal } = arg(args, 1);
  const wrong = new MalformedQuery("A JSON path is written '$.a.b[0]'.", node.args[1]?.span ?? node.span);
  if (typeof literal !== 'string' || !literal.startsWith('$')) throw wrong;
  const path: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < literal.length) {
    const found = STEP.exec(literal);
    if (!found) throw wrong;
    const [, name, index, single, double] = found;
    path.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
  }
  return path;
}
