import type { TokenReader } from '../syntax/index.ts';

/** Names that an item without AS cannot take: what they begin stands behind the list. */
const CLAUSES = [
  'from',
  'where',
  'group',
  'having',
  'order',
  'sort',
  'limit',
  'offset',
  'union',
  'intersect',
  'except',
  'minus',
  'join',
  'inner',
  'left',
  'right',
  'full',
  'cross',
  'on',
  'lateral',
  'pivot',
];

/** `AS name`, or just a name. */
export function parseAlias(reader: TokenReader): string | undefined {
  if (reader.accept('as')) return reader.name().text;
  const token = reader.peek();
  if (token.kind !== 'name' || (!token.quoted && CLAUSES.includes(token.text.toLowerCase()))) return undefined;
  return reader.name().text;
}
