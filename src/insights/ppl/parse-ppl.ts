/** The text of a query in OpenSearch PPL to the same tree of commands and steps that Logs Insights QL has. */
import { type CommandNode, type Query, TokenReader } from '../syntax/index.ts';
import { PPL_LEXIS } from '../opensearch/lexis.ts';
import { pplCommand } from './commands.ts';
import { PplContext } from './context.ts';
import { parseSource } from './source.ts';

/** @throws {MalformedQuery} with the place of what cannot be understood */
export function parsePpl(text: string): Query {
  const reader = new TokenReader(text, PPL_LEXIS);
  const context = new PplContext(parsePipeline);
  const query = parsePipeline(reader, context);
  reader.accept(';');
  if (reader.peek().kind !== 'end') reader.fail();
  return query;
}

function parsePipeline(reader: TokenReader, context: PplContext): Query {
  const { start } = reader.peek().span;
  reader.accept('|');
  const commands: CommandNode[] = [];
  if (reader.at('search', 'source', 'index')) commands.push(...parseSource(reader, context));
  else commands.push(...parseCommand(reader, context));
  while (reader.accept('|') && !atEnd(reader)) commands.push(...parseCommand(reader, context));
  return { commands: context.joined(commands), span: { start, end: reader.offset } };
}

function atEnd(reader: TokenReader): boolean {
  return reader.peek().kind === 'end' || reader.at(']', ';');
}

function parseCommand(reader: TokenReader, context: PplContext): CommandNode[] {
  const token = reader.peek();
  const parse = token.kind === 'name' && !token.quoted ? pplCommand(token.text) : undefined;
  if (!parse) return reader.fail(token.kind === 'end' ? 'A command is missing here.' : undefined);
  reader.next();
  return parse(reader, token.span.start, context);
}
