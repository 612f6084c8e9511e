/** What stands behind FROM and JOIN: a log group in backticks, `logGroups(…)` and `filterIndex(…)` in them, or a SELECT in brackets. */
import type { SourceNode, SourceSelection } from '../commands/source/source.ts';
import { MalformedQuery, type Span } from '../errors.ts';
import { parseItems } from '../opensearch/reading.ts';
import { SQL_LEXIS } from '../opensearch/lexis.ts';
import { filterNode } from '../opensearch/nodes.ts';
import { type Expression, type FieldNode, type LiteralNode, TokenReader } from '../syntax/index.ts';
import { parseAlias } from './alias.ts';
import type { Join, Planned, Table } from './statement.ts';

/** Reads a SELECT in brackets, from behind its bracket up to the one that closes it. */
export type ParseNested = (reader: TokenReader) => Planned;

/** (CloudWatch Logs User Guide, "OpenSearch SQL".) */
const GROUPS_MAX = 50;
const SELECTORS = /^\s*(?:logGroups|filterIndex|dataSource)\s*\(/i;

export function parseTable(reader: TokenReader, nested: ParseNested): Table {
  const { start } = reader.peek().span;
  if (reader.accept('(')) {
    if (!reader.at('select')) return reader.fail();
    const { commands, columns } = nested(reader);
    reader.expect(')');
    const alias = parseAlias(reader);
    return { commands, columns, names: alias === undefined ? [] : [alias], span: { start, end: reader.offset } };
  }
  const bare = !reader.at('loggroups', 'filterindex', 'datasource');
  const token = reader.name();
  const { commands } =
    bare && !SELECTORS.test(token.text) ? groupNamed(token.text, token.span) : selected(reader, token);
  const alias = parseAlias(reader);
  if (reader.at(',')) {
    reader.fail("Several log groups are named in one: FROM `logGroups(logGroupIdentifier: ['a', 'b'])`.");
  }
  const names = alias === undefined ? [token.text] : [alias];
  return { commands, columns: undefined, names, span: { start, end: reader.offset } };
}

/** `[INNER | LEFT [OUTER]] JOIN table ON condition`: one in a SELECT. */
export function parseJoin(reader: TokenReader, nested: ParseNested, parse: () => Expression): Join | undefined {
  const { start } = reader.peek().span;
  if (reader.at('right', 'full', 'cross', 'natural')) return reader.fail('A JOIN is INNER or LEFT OUTER.');
  const word = reader.accept('inner', 'left', 'join');
  if (!word) return undefined;
  const type = word.text.toLowerCase() === 'left' ? 'left' : 'inner';
  if (type === 'left') {
    reader.accept('outer');
    if (reader.at('semi', 'anti')) return reader.fail('A JOIN is INNER or LEFT OUTER.');
  }
  if (word.text.toLowerCase() !== 'join') reader.expect('join');
  const table = parseTable(reader, nested);
  if (reader.at('using')) return reader.fail('A JOIN tells its condition behind ON.');
  reader.expect('on');
  const on = parse();
  if (reader.at('join', 'inner', 'left', 'right', 'full', 'cross'))
    return reader.fail('A SELECT has one JOIN at most.');
  return { type, table, on, span: { start, end: reader.offset } };
}

function groupNamed(name: string, span: Span): { commands: SourceNode[] } {
  return { commands: [sourceNode({ kind: 'names', names: [name] }, span)] };
}

function sourceNode(selection: SourceSelection, span: Span): SourceNode {
  return { command: 'source', selection, startMs: undefined, endMs: undefined, span };
}

/** What stands in the backticks is read for itself, and where it stands in the query's text. */
function selected(reader: TokenReader, token: { readonly text: string; readonly span: Span }): Pick<Table, 'commands'> {
  const { start, end } = token.span;
  const quoted = reader.text[start] === '`';
  const inner = quoted ? new TokenReader(reader.text.slice(0, end - 1), SQL_LEXIS, start + 1) : reader;
  const names: string[] = [];
  const conditions: Expression[] = [];
  let first: string | undefined = quoted ? undefined : token.text;
  while (first !== undefined || inner.peek().kind === 'name') {
    const word = (first ?? inner.name().text).toLowerCase();
    first = undefined;
    if (word === 'datasource') inner.fail('Data sources are not supported: name log groups.');
    if (word !== 'loggroups' && word !== 'filterindex') inner.fail('Here logGroups(…) and filterIndex(…) can stand.');
    inner.expect('(');
    if (word === 'loggroups') names.push(...parseIdentifiers(inner));
    else conditions.push(...parseItems(inner, () => parseIndexCondition(inner)));
    inner.expect(')');
    if (!quoted) break;
  }
  if (quoted && inner.peek().kind !== 'end') inner.fail();
  if (names.length > GROUPS_MAX) {
    throw new MalformedQuery(`logGroups takes ${GROUPS_MAX} log groups at most.`, token.span);
  }
  // Field indexes alone: AWS looks for the groups that have them; here all groups have them.
  const selection: SourceSelection =
    names.length > 0 ? { kind: 'names', names } : { kind: 'groups', namePrefixes: [], accounts: [], classes: [] };
  return { commands: [sourceNode(selection, token.span), ...conditions.map(filterNode)] };
}

function parseIdentifiers(reader: TokenReader): string[] {
  const { text, span } = reader.name();
  if (!/^logGroupIdentifiers?$/i.test(text)) {
    throw new MalformedQuery("logGroups takes logGroupIdentifier: ['group', …].", span);
  }
  reader.expect(':', '=');
  reader.expect('[');
  const names = parseItems(reader, () => reader.string().text);
  reader.expect(']');
  return names;
}

/** `'field' = value`, `'field' IN [value, …]`. */
function parseIndexCondition(reader: TokenReader): Expression {
  const { text: name, span } = reader.string();
  const field: FieldNode = { kind: 'field', name, span };
  const value = (): LiteralNode => {
    const token = reader.next();
    if (token.kind !== 'string' && token.kind !== 'number') {
      throw new MalformedQuery('The value of an index is a text in quotes or a number.', token.span);
    }
    return { kind: 'literal', value: token.kind === 'string' ? token.text : token.value, span: token.span };
  };
  if (reader.accept('=')) {
    const right = value();
    return { kind: 'binary', operator: '=', left: field, right, span: { start: span.start, end: reader.offset } };
  }
  reader.expect('in');
  const open = reader.expect('[', '(');
  const among = parseItems(reader, value);
  reader.expect(open.text === '[' ? ']' : ')');
  return { kind: 'in', negated: false, operand: field, among, span: { start: span.start, end: reader.offset } };
}
