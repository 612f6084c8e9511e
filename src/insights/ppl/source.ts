/**
 * `[search] source = [lg:`group`, …]`, `source = `group``, and with field indexes
 * ``source = [`aws:fieldIndex` = "region", `region` = "us-west-2"]``. A condition may stand behind.
 */
import type { SourceNode, SourceSelection } from '../commands/source/source.ts';
import { MalformedQuery } from '../errors.ts';
import { parseOpenSearch } from '../opensearch/expressions.ts';
import { parseItems } from '../opensearch/reading.ts';
import { filterNode } from '../opensearch/nodes.ts';
import type { CommandNode, Expression, TokenReader } from '../syntax/index.ts';
import type { PplContext } from './context.ts';

const FIELD_INDEX = 'aws:fieldIndex';

export function parseSource(reader: TokenReader, context: PplContext): CommandNode[] {
  const { start } = reader.peek().span;
  reader.accept('search');
  reader.expect('source', 'index');
  reader.expect('=');
  const conditions: Expression[] = [];
  const names: string[] = [];
  if (reader.accept('[')) {
    do parseSelector(reader, context, names, conditions);
    while (reader.accept(','));
    reader.expect(']');
  } else names.push(...parseItems(reader, () => reader.name().text));
  const span = { start, end: reader.offset };
  // Field indexes alone: AWS looks for the groups that have them; here all groups have them.
  const selection: SourceSelection =
    names.length > 0 ? { kind: 'names', names } : { kind: 'groups', namePrefixes: [], accounts: [], classes: [] };
  const source: SourceNode = { command: 'source', selection, startMs: undefined, endMs: undefined, span };
  if (reader.peek().kind !== 'end' && !reader.at('|', ']', ';')) {
    conditions.push(parseOpenSearch(reader, context.options({ subqueries: true })));
  }
  return [source, ...conditions.map(filterNode)];
}

function parseSelector(reader: TokenReader, context: PplContext, names: string[], conditions: Expression[]): void {
  const token = reader.peek();
  const second = reader.peekSecond();
  if (token.kind === 'name' && !token.quoted && second.kind === 'symbol' && second.text === ':') {
    if (token.text !== 'lg') {
      throw new MalformedQuery('Data sources are not supported: name log groups with lg:`group`.', token.span);
    }
    reader.next();
    reader.next();
    names.push(reader.name().text);
    return;
  }
  const condition = parseOpenSearch(reader, context.options());
  const isEqual = condition.kind === 'binary' && condition.operator === '=' && condition.left.kind === 'field';
  const isIn = condition.kind === 'in' && !condition.negated && condition.operand.kind === 'field';
  if (!isEqual && !isIn) {
    throw new MalformedQuery('A source is lg:`group`, or field = value and field IN (values).', condition.span);
  }
  const field = condition.kind === 'in' ? condition.operand : condition.left;
  if (field.kind === 'field' && field.name !== FIELD_INDEX) conditions.push(condition);
}
