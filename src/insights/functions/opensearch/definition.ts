import type { CallNode } from '../../syntax/index.ts';
import { alsoNamed, type FunctionDefinition, type FunctionTable, scalar } from '../definition.ts';

/**
 * Under the names of PPL and SQL: the functions in which they differ from Logs Insights QL, or which only they have. No call
 * in a text of Logs Insights QL can name them, for the colon. Those with a dot before their names stand for forms of the
 * grammar (BETWEEN, CASE): no text names them.
 */
export const OPEN_SEARCH = 'os:';

/** The tables' names with the prefix before them. */
export function prefixed(table: FunctionTable, prefix: string = OPEN_SEARCH): FunctionTable {
  return Object.fromEntries(Object.entries(table).map(([name, definition]) => [prefix + name, definition]));
}

/** A function of Logs Insights QL under another name, with its arguments as they are. */
export function same(
  table: FunctionTable,
  of: string,
  least: number,
  most: number,
  ...names: readonly string[]
): FunctionTable {
  const known = table[of.toLowerCase()];
  const [first = of, ...others] = names;
  if (!known) throw new Error(`BUG: there is no function ${of}`);
  const { compile } = known;
  return alsoNamed(
    scalar(first, least, most, (node, ...rest) => compile(unprefixed(node), ...rest)),
    ...others,
  );
}

/** For messages: the call under the name that stands in the query. */
export function unprefixed(node: CallNode): CallNode {
  return { ...node, name: node.name.slice(node.name.indexOf(':') + 1) };
}

/** A scalar under several names. */
export function many(
  names: string,
  least: number,
  most: number,
  compile: FunctionDefinition['compile'],
): FunctionTable {
  const [first = '', ...others] = names.split(' ');
  return alsoNamed(scalar(first, least, most, compile), ...others);
}
