/** Lists and maps: texts of JSON. */
import { asNumber, asShown, asText, typed } from '../compile/typed.ts';
import { arg, type FunctionTable, scalar } from './definition.ts';

export const JSONS: FunctionTable = {
  // What is no JSON gives nothing. A list or map; a scalar inside a JSON text is itself.
  ...scalar('jsonParse', 1, 1, (_node, args) => {
    const text = `ifNull(${asShown(arg(args, 0))}, '')`;
    return typed(`if(JSONType(${text}) IN ('Object', 'Array'), ${text}, NULL)`, 'json');
  }),
  ...scalar('jsonStringify', 1, 1, (_node, args) => typed(asShown(arg(args, 0)), 'text')),
  ...scalar('jsonArraySize', 1, 1, (_node, args) => {
    const list = `ifNull(${asShown(arg(args, 0))}, '')`;
    return typed(`if(JSONType(${list}) = 'Array', toFloat64(JSONLength(${list})), NULL)`, 'number');
  }),
  ...scalar('jsonArrayContains', 2, 2, (_node, args) => {
    const list = `ifNull(${asShown(arg(args, 0))}, '')`;
    const wanted = arg(args, 1);
    const items = `JSONExtractArrayRaw(${list})`;
    const text = asText(wanted);
    const asItem = `if(JSONType(x) = 'String', JSONExtractString(x), x)`;
    const same =
      wanted.kind === 'number'
        ? `ifNull(toFloat64OrNull(${asItem}) = ${asNumber(wanted)}, 0)`
        : `ifNull(${asItem} = ${text}, 0)`;
    return typed(`if(JSONType(${list}) = 'Array', arrayExists(x -> ${same}, ${items}), NULL)`, 'boolean');
  }),
};
