import type { CompileContext, TimeRange } from '../compile/context.ts';
import type { Relation } from '../compile/relation.ts';
import type { CommandNode, Query, TokenReader } from '../syntax/index.ts';

/** What the parser of a command may ask of the pipeline around it. */
export interface ParseContext {
  /** Names of the commands before, in order: `diff` must come after `pattern`. */
  readonly before: readonly string[];
  /** Parses the pipeline of a subquery, which begins with SOURCE, up to the bracket that closes it. */
  readonly subquery: (reader: TokenReader) => Query;
}

/** A command of the language: one folder each. */
export interface CommandDefinition<Node extends CommandNode = CommandNode> {
  /** Lower case; `where` is another name of `filter`. */
  readonly names: readonly string[];
  /** Reads what stands behind the name. @throws {MalformedQuery} */
  readonly parse: (reader: TokenReader, start: number, context: ParseContext) => Node;
  /** Subqueries of a node: whoever compiles must tell where they read from. */
  readonly subqueries?: (node: Node) => readonly Query[];
  /** The earlier range of time that a node compares with: whoever compiles must tell its events, too. */
  readonly earlier?: (node: Node, range: TimeRange) => TimeRange;
  /** The rows that come out, of those that come in. @throws {MalformedQuery} */
  readonly compile: (node: Node, input: Relation, context: CompileContext) => Relation;
}

export function defineCommand<Node extends CommandNode>(definition: CommandDefinition<Node>): CommandDefinition {
  // Nodes come back to the definition that made them.
  return definition as unknown as CommandDefinition;
}
