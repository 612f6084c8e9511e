import { asShown } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { jsonForm, jsonValue, type NamedPath } from '../parse/json.ts';

interface JsonNode extends CommandNode {
  readonly field: string;
  readonly paths: readonly NamedPath[];
}

/** `json [field=name] "a.b[0]" as x, …`: values of a JSON text, as `parse name json …` takes them. */
export const json = defineCommand<JsonNode>({
  names: ['json'],
  parse: (reader, start) => {
    let field = '@message';
    if (reader.accept('field')) {
      reader.expect('=');
      field = reader.name().text;
    }
    const paths = jsonForm(reader);
    return { command: 'json', field, paths, span: { start, end: reader.offset } };
  },
  compile: ({ field, paths, span }, input, context) => {
    const text = `ifNull(${asShown(context.field(field, input, span))}, '')`;
    const values = paths.map(({ name, path }) => ({ name, value: jsonValue(text, path, context) }));
    return context.extended(input, values);
  },
});
