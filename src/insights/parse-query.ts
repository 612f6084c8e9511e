/** A query's text to its syntax tree. */
import { commandNamed, commandNames } from './commands/index.ts';
import type { TimeRange } from './compile/context.ts';
import { definitionOf } from './definitions.ts';
import { MalformedQuery } from './errors.ts';
import { type CommandNode, INSIGHTS_LEXIS, type Query, TokenReader } from './syntax/index.ts';

/** (StartQuery, queryString.) */
export const QUERY_CHARS_MAX = 10_000;
const SUBQUERY_DEPTH_MAX = 1;

/**
 * @param values of the placeholders of a saved query; undefined when it has none
 * @throws {MalformedQuery} with the place of what cannot be understood
 */
export function parseQuery(text: string, values?: ReadonlyMap<string, string>): Query {
  if (text.length > QUERY_CHARS_MAX) {
    throw new MalformedQuery(`A query has at most ${QUERY_CHARS_MAX} characters.`, {
      start: QUERY_CHARS_MAX,
      end: text.length,
    });
  }
  const reader = new TokenReader(text, { ...INSIGHTS_LEXIS, values });
  // Dashboards put SOURCE and a pipe before what is written; some texts bring a pipe of their own.
  reader.accept('|');
  const query = parsePipeline(reader, 0);
  if (reader.peek().kind !== 'end') reader.fail();
  return query;
}

function parsePipeline(reader: TokenReader, depth: number): Query {
  const { start } = reader.peek().span;
  const commands: CommandNode[] = [];
  do commands.push(parseCommand(reader, commands, depth));
  while (reader.accept('|') && !atPipelineEnd(reader));
  return { commands, span: { start, end: reader.offset } };
}

/** A pipe with nothing behind it ends the query, as AWS's own samples have it. */
function atPipelineEnd(reader: TokenReader): boolean {
  return reader.peek().kind === 'end';
}

function parseCommand(reader: TokenReader, before: readonly CommandNode[], depth: number): CommandNode {
  const token = reader.peek();
  const definition = token.kind === 'name' && !token.quoted ? commandNamed(token.text) : undefined;
  if (!definition) {
    return reader.fail(
      token.kind === 'name' ? undefined : token.kind === 'end' ? 'A command is missing here.' : undefined,
    );
  }
  reader.next();
  return definition.parse(reader, token.span.start, {
    before: before.map(({ command }) => command),
    subquery: (inner) => {
      if (depth >= SUBQUERY_DEPTH_MAX) inner.fail('A subquery cannot have a subquery.');
      return parsePipeline(inner, depth + 1);
    },
  });
}

/** All subqueries of a query; each needs a source of its own to be compiled. */
export function subqueriesOf({ commands }: Query): Query[] {
  return commands.flatMap((node) => {
    const found = definitionOf(node.command)?.subqueries?.(node) ?? [];
    return [...found, ...found.flatMap(subqueriesOf)];
  });
}

/** What nodes of a query compare with: each needs a source of its own, too. */
export function earlierOf(
  { commands }: Query,
  range: TimeRange,
): { readonly node: CommandNode; readonly range: TimeRange }[] {
  return commands.flatMap((node) => {
    const found = definitionOf(node.command)?.earlier?.(node, range);
    return found ? [{ node, range: found }] : [];
  });
}

export { commandNames };
