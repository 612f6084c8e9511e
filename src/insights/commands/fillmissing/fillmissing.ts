import { type CommandNode, type Expression, parseExpression, parseList } from '../../syntax/index.ts';
import { commonKind } from '../../functions/general.ts';
import { defineCommand } from '../definition.ts';

interface FillmissingNode extends CommandNode {
  readonly fills: readonly { readonly value: Expression; readonly name: string }[];
}

/** `fillmissing [with value for field, …]`: what is missing becomes the value; without one, 0 in all that is shown. */
export const fillmissing = defineCommand<FillmissingNode>({
  names: ['fillmissing'],
  parse: (reader, start) => {
    const fills = reader.accept('with')
      ? parseList(reader, () => {
          const value = parseExpression(reader);
          reader.expect('for');
          return { value, name: reader.name().text };
        })
      : [];
    return { command: 'fillmissing', fills, span: { start, end: reader.offset } };
  },
  compile: ({ fills, span }, input, context) => {
    const zero: Expression = { kind: 'literal', value: 0, span };
    const wanted = fills.length > 0 ? fills : (input.shown ?? []).map((name) => ({ value: zero, name }));
    const added = wanted.map(({ value, name }) => {
      const values = [context.field(name, input, span), context.expression(value, input)];
      return { name, value: commonKind(values, (all) => `coalesce(${all.join(', ')})`) };
    });
    return context.extended(input, added);
  },
});
