import { asShown, typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import type { CommandNode, Query, TokenReader } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface JoinNode extends CommandNode {
  readonly type: 'inner' | 'left';
  /** The names that stand for the sides: fields of the right one are called `right.field`. */
  readonly left: string;
  readonly right: string;
  readonly keys: readonly { readonly left: string; readonly right: string }[];
  readonly query: Query;
}

/** Rows that the right side may have. (§1.2) */
const RIGHT_ROWS_MAX = 50_000;

/**
 * `join type=inner|left left=a right=b where a.x = b.y [and …] (SOURCE "group" | …)`: one in a query; the fields that the
 * right side shows come with its name before theirs.
 */
export const join = defineCommand<JoinNode>({
  names: ['join'],
  parse: (reader, start, { before, subquery }) => {
    if (before.includes('join'))
      throw new MalformedQuery('A query has one join at most.', { start, end: reader.offset });
    const sides = { type: 'inner' as JoinNode['type'], left: 'left', right: 'right' };
    while (reader.at('type', 'left', 'right')) {
      const word = reader.name().text.toLowerCase() as 'type' | 'left' | 'right';
      reader.expect('=');
      if (word === 'type') sides.type = reader.expect('inner', 'left').text.toLowerCase() as JoinNode['type'];
      else sides[word] = reader.name().text;
      reader.accept(',');
    }
    reader.expect('where', 'on');
    const keys = [];
    do keys.push(parseKey(reader, sides.left, sides.right));
    while (reader.accept('and'));
    reader.expect('(');
    if (!reader.at('source')) reader.fail();
    const query = subquery(reader);
    reader.expect(')');
    return { command: 'join', ...sides, keys, query, span: { start, end: reader.offset } };
  },
  subqueries: ({ query }) => [query],
  compile: ({ type, right, keys, query, span }, input, context) => {
    const other = context.subquery(query);
    const shown = other.shown ?? ['@timestamp', '@message'];
    const wanted = [...new Set([...shown, ...keys.map((key) => key.right)])];
    const columns = wanted.map((name) => {
      const value = context.field(name, other, span);
      return { name, value, sql: context.newColumn() };
    });
    const limit = context.parameters.bind(RIGHT_ROWS_MAX, 'UInt64');
    const rows = context.stage(
      `SELECT ${columns.map(({ value, sql }) => `${value.sql} AS ${sql}`).join(', ')} FROM ${other.from} LIMIT ${limit}`,
    );
    const columnOf = (name: string): string => {
      const found = columns.find((column) => column.name === name);
      return found ? asShown(typed(found.sql, found.value.kind)) : 'NULL';
    };
    // Keys are compared as they are shown: 5 and "5" are the same.
    const matches = keys.map((key) => `${asShown(context.field(key.left, input, span))} = ${columnOf(key.right)}`);
    // Every left row meets one right row at most.
    const kind = type === 'left' ? 'LEFT ANY JOIN' : 'INNER JOIN';
    const from = context.stage(`SELECT * FROM ${input.from} ${kind} ${rows} ON ${matches.join(' AND ')}`);
    const made = new Map(input.made);
    for (const { name, value, sql } of columns) {
      made.set(`${right}.${name}`, { name: `${right}.${name}`, sql, kind: value.kind });
    }
    const all = [
      ...new Set([...(input.shown ?? ['@timestamp', '@message']), ...shown.map((name) => `${right}.${name}`)]),
    ];
    return { ...input, from, made, shown: all };
  },
});

function parseKey(reader: TokenReader, left: string, right: string): { left: string; right: string } {
  const one = reader.name();
  reader.expect('=', '==');
  const two = reader.name();
  for (const [a, b] of [
    [one.text, two.text],
    [two.text, one.text],
  ] as const) {
    if (a.startsWith(`${left}.`) && b.startsWith(`${right}.`)) {
      return { left: a.slice(left.length + 1), right: b.slice(right.length + 1) };
    }
  }
  throw new MalformedQuery(`A join compares ${left}.field = ${right}.field.`, {
    start: one.span.start,
    end: two.span.end,
  });
}
