/** What names mean in one SELECT. */
import { MalformedQuery } from '../errors.ts';
import { rewritten } from '../opensearch/rewrite.ts';
import type { Expression, FieldNode } from '../syntax/index.ts';
import type { Select, Table } from './statement.ts';

export class Names {
  readonly #select: Select;
  /** The fields of the right side that the SELECT reads. */
  readonly rightFields = new Set<string>();
  /** The name before them, in the rows. */
  readonly right: string;

  constructor(select: Select) {
    this.#select = select;
    this.right = select.join?.table.names[0] ?? '`right';
  }

  /**
   * An expression whose fields are called as they are in the rows.
   * @param outputs what other names stand for: it is resolved already
   */
  resolved(node: Expression, outputs: (name: string) => Expression | undefined = () => undefined): Expression {
    return rewritten(node, (part) => (part.kind === 'field' ? (outputs(part.name) ?? this.#field(part)) : undefined));
  }

  /** A field without its table's name; undefined for other expressions. */
  ownName(node: Expression): string | undefined {
    if (node.kind !== 'field' || node.name.startsWith('`')) return undefined;
    const { from, join } = this.#select;
    return withoutTable(node.name, from) ?? (join && withoutTable(node.name, join.table)) ?? node.name;
  }

  #field(node: FieldNode): FieldNode {
    // What the planner made itself.
    if (node.name.startsWith('`')) return node;
    const { from, join } = this.#select;
    const left = withoutTable(node.name, from);
    if (left !== undefined || !join) return { ...node, name: checked(left ?? node.name, from, node) };
    const right = withoutTable(node.name, join.table);
    if (right === undefined) {
      throw new MalformedQuery(
        `With a JOIN the table's name stands before a field: which table has ${node.name}?`,
        node.span,
      );
    }
    this.rightFields.add(checked(right, join.table, node));
    return { ...node, name: `${this.right}.${right}` };
  }
}

/** What stands behind the table's name, which is written in any case. */
function withoutTable(name: string, { names }: Table): string | undefined {
  const table = names.find((one) => name.toLowerCase().startsWith(`${one.toLowerCase()}.`));
  return table === undefined ? undefined : name.slice(table.length + 1);
}

/** A SELECT in brackets has just its columns, and what is inside of them. */
function checked(name: string, { columns }: Table, { span }: FieldNode): string {
  const [first = name] = name.split('.');
  if (!columns || columns.includes(name) || columns.includes(first)) return name;
  throw new MalformedQuery(`The SELECT in brackets has no column ${name}.`, span);
}
