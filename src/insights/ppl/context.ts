/** What the commands of one pipeline must know of each other. */
import type { JoinNode } from '../opensearch/steps/join.ts';
import type { OpenSearchOptions } from '../opensearch/reading.ts';
import { fieldsIn, rewritten } from '../opensearch/rewrite.ts';
import type { CommandNode, Expression, Query, TokenReader } from '../syntax/index.ts';

type ParsePipeline = (reader: TokenReader, context: PplContext) => Query;

/** A join that is read, before it is known which fields of its right side the commands behind it read. */
export interface JoinSides {
  readonly left: string;
  readonly right: string;
}

const SUBQUERY_DEPTH_MAX = 1;

export class PplContext {
  readonly #parsePipeline: ParsePipeline;
  readonly #depth: number;
  readonly #rightNames = new Set<string>();
  #sides: JoinSides | undefined;

  constructor(parsePipeline: ParsePipeline, depth = 0) {
    this.#parsePipeline = parsePipeline;
    this.#depth = depth;
  }

  get joins(): boolean {
    return this.#sides !== undefined;
  }

  /** Begins a join: names behind it may tell the side. */
  join(sides: JoinSides): void {
    this.#sides = sides;
  }

  options({ subqueries = false }: { readonly subqueries?: boolean } = {}): OpenSearchOptions {
    return { language: 'PPL', subquery: subqueries ? (reader) => this.subquery(reader) : undefined };
  }

  /** `[ search source = … | … ]`, without its brackets. */
  subquery(reader: TokenReader): Query {
    if (this.#depth >= SUBQUERY_DEPTH_MAX) return reader.fail('A subquery cannot have a subquery.');
    if (!reader.at('search', 'source', 'index')) return reader.fail('A subquery begins with source = `log group`.');
    return this.#parsePipeline(reader, new PplContext(this.#parsePipeline, this.#depth + 1));
  }

  /** What a field is called in the rows: the left side's name is left out, the right side's is part of it. */
  name(text: string): string {
    if (!this.#sides) return text;
    const { left, right } = this.#sides;
    if (text.startsWith(`${right}.`)) {
      this.#rightNames.add(text.slice(right.length + 1));
      return text;
    }
    return text.startsWith(`${left}.`) ? text.slice(left.length + 1) : text;
  }

  resolved(node: Expression): Expression {
    if (!this.#sides || fieldsIn(node).length === 0) return node;
    return rewritten(node, (part) => (part.kind === 'field' ? { ...part, name: this.name(part.name) } : undefined));
  }

  /** The commands, with the join told what of its right side is read. */
  joined(commands: readonly CommandNode[]): CommandNode[] {
    const names = [...this.#rightNames];
    return commands.map((node): CommandNode => {
      if (node.command !== 'open search join') return node;
      const join = { ...(node as JoinNode), names };
      return join;
    });
  }
}
