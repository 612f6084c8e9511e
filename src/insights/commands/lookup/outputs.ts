/** `OUTPUT|OUTPUTNEW column [as name], …` of `lookup` and `cidrlookup`. */
import type { CompileContext } from '../../compile/context.ts';
import type { Relation } from '../../compile/relation.ts';
import { asShown, type Typed, typed } from '../../compile/typed.ts';
import type { Span } from '../../errors.ts';
import { parseList, type TokenReader } from '../../syntax/index.ts';

export interface Outputs {
  /** OUTPUTNEW: only what is missing is filled. */
  readonly fillsOnly: boolean;
  readonly items: readonly { readonly column: string; readonly name: string }[];
}

export function parseOutputs(reader: TokenReader): Outputs {
  const fillsOnly = reader.expect('output', 'outputnew').text.toLowerCase() === 'outputnew';
  const items = parseList(reader, () => {
    const column = reader.name().text;
    return { column, name: reader.accept('as') ? reader.name().text : column };
  });
  return { fillsOnly, items };
}

/** @param columns Nullable(String) columns of the relation's rows, in the order of the outputs */
export function withOutputs(
  relation: Relation,
  { fillsOnly, items }: Outputs,
  columns: readonly string[],
  span: Span,
  context: CompileContext,
): Relation {
  const values = items.map(({ name }, index): { name: string; value: Typed } => {
    const found = columns[index] ?? 'NULL';
    const sql = fillsOnly ? `coalesce(${asShown(context.field(name, relation, span))}, ${found})` : found;
    return { name, value: typed(sql, 'any') };
  });
  const shown = [...new Set([...(relation.shown ?? ['@timestamp', '@message']), ...items.map(({ name }) => name)])];
  return { ...context.extended(relation, values), shown };
}
