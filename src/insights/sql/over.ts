import { MalformedQuery } from '../errors.ts';
import { parseOpenSearch } from '../opensearch/expressions.ts';
import { parseItems } from '../opensearch/reading.ts';
import type { OrderKey } from '../opensearch/steps/order.ts';
import type { WindowItem } from '../opensearch/steps/window.ts';
import type { CallNode, Expression, TokenReader } from '../syntax/index.ts';

const WINDOWS_MAX = 20;
const ROWS_MAX = 1_000_000;

/** `OVER ([PARTITION BY …] [ORDER BY …] [ROWS BETWEEN … AND …])`: gives the field that stands for the call. */
export function parseOver(
  reader: TokenReader,
  call: CallNode,
  windows: WindowItem[],
  parseOrderKeys: () => OrderKey[],
): Expression {
  reader.expect('over');
  reader.expect('(');
  let partition: Expression[] = [];
  if (reader.accept('partition')) {
    reader.expect('by');
    partition = parseItems(reader, () => parseOpenSearch(reader, { language: 'SQL' }));
  }
  let order: OrderKey[] = [];
  if (reader.accept('order')) {
    reader.expect('by');
    order = parseOrderKeys();
  }
  const frame = reader.at('rows', 'range') ? parseFrame(reader) : '';
  reader.expect(')');
  if (windows.length >= WINDOWS_MAX) reader.fail(`A SELECT has ${WINDOWS_MAX} window functions at most.`);
  // No field of a user is called so.
  const name = `\`window${windows.length}`;
  windows.push({ name, call, partition, order, frame });
  return { kind: 'field', name, span: { start: call.span.start, end: reader.offset } };
}

function parseFrame(reader: TokenReader): string {
  if (reader.at('range')) return reader.fail('Of the frames of a window there is ROWS BETWEEN … AND … only.');
  reader.expect('rows');
  reader.expect('between');
  const first = parseBound(reader);
  reader.expect('and');
  return `ROWS BETWEEN ${first} AND ${parseBound(reader)}`;
}

/** A bound in words of ours. */
function parseBound(reader: TokenReader): string {
  if (reader.accept('current')) {
    reader.expect('row');
    return 'CURRENT ROW';
  }
  let count = 'UNBOUNDED';
  if (!reader.accept('unbounded')) {
    const { value, span } = reader.integer();
    if (value > ROWS_MAX) throw new MalformedQuery(`A window has ${ROWS_MAX} rows on a side at most.`, span);
    count = String(value);
  }
  return `${count} ${reader.expect('preceding', 'following').text.toLowerCase() === 'preceding' ? 'PRECEDING' : 'FOLLOWING'}`;
}
