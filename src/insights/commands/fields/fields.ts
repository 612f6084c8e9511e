import type { CompileContext } from '../../compile/context.ts';
import type { Column, Relation } from '../../compile/relation.ts';
import { MalformedQuery } from '../../errors.ts';
import { type CommandNode, type Named, parseList, parseNamed } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface FieldsNode extends CommandNode {
  readonly items: readonly Named[];
}

/** `fields expression [as name], …`: makes fields and shows them; several add up. */
export const fields = defineCommand<FieldsNode>({
  names: ['fields'],
  parse: (reader, start, context) => {
    if (reader.at('*'))
      reader.fail('Logs Insights has no `fields *`: name the fields, or @message for all of an event.');
    const items = parseList(reader, () => parseNamed(reader, context));
    return { command: 'fields', items, span: { start, end: reader.offset } };
  },
  compile: ({ items }, input, context) => {
    for (const { name, aliased, span } of items) {
      if (aliased && input.made.has(name)) {
        throw new MalformedQuery(`Ephemeral field is already defined: ${name} ([${span.start},${span.end}])`, span);
      }
    }
    const made = withItems(input, items, context);
    if (input.displayed) return made;
    const shown = [...new Set([...(input.shown ?? []), ...items.map(({ name }) => name)])];
    return { ...made, shown };
  },
});

/** The relation with the items as fields. A mere other name of a field is no column of its own. */
export function withItems(input: Relation, items: readonly Named[], context: CompileContext): Relation {
  const renamed = new Map(input.made);
  const added: { name: string; value: Column }[] = [];
  for (const { expression, name, aliased } of items) {
    const value = context.expression(expression, input);
    if (expression.kind !== 'field') added.push({ name, value: { name, ...value } });
    else if (aliased) renamed.set(name, { name, sql: value.sql, kind: value.kind });
  }
  return context.extended({ ...input, made: renamed }, added);
}
