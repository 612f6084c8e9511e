import { asShown, typed } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

export interface ExpandNode extends CommandNode {
  readonly name: string;
}

/** `expand field`: a row for each item of a JSON list, under the same name; other rows stay as they are. */
export const expand = defineCommand<ExpandNode>({
  names: ['expand'],
  parse: (reader, start) => {
    const { text: name } = reader.name();
    return { command: 'expand', name, span: { start, end: reader.offset } };
  },
  compile: ({ name, span }, input, context) => {
    const value = asShown(context.field(name, input, span));
    return context.extended(input, [{ name, value: typed(`arrayJoin(${itemsOf(value)})`, 'any') }]);
  },
});

/**
 * The items of a JSON list as Array(Nullable(String)): texts without quotes, others as JSON. Of what is no list, itself;
 * of an empty list one missing item, so that its row stays.
 */
export function itemsOf(sql: string): string {
  const text = `ifNull(${sql}, '')`;
  const item = `multiIf(JSONType(x) = 'String', JSONExtractString(x), JSONType(x) = 'Null', NULL, x)`;
  const items = `arrayMap(x -> ${item}, JSONExtractArrayRaw(${text}))`;
  const none = "[CAST(NULL, 'Nullable(String)')]";
  return `if(JSONType(${text}) = 'Array', if(JSONLength(${text}) = 0, ${none}, ${items}), [${sql}])`;
}
