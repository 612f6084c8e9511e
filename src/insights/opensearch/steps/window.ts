import type { CompileContext } from '../../compile/context.ts';
import type { Relation } from '../../compile/relation.ts';
import { asNumber, asShown, type Typed, typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import type { CallNode, CommandNode, Expression } from '../../syntax/index.ts';
import { plainOrder } from '../order.ts';
import { defineStep } from './definition.ts';
import type { OrderKey } from './order.ts';

export interface WindowItem {
  readonly name: string;
  readonly call: CallNode;
  readonly partition: readonly Expression[];
  readonly order: readonly OrderKey[];
  /** `ROWS BETWEEN … AND …`, of words that were checked. */
  readonly frame: string;
}

export interface WindowNode extends CommandNode {
  readonly command: 'window';
  readonly items: readonly WindowItem[];
}

/** Functions over the rows around a row, as further columns that are not shown. */
export const window = defineStep<WindowNode>({
  name: 'window',
  compile: ({ items }, input, context) =>
    context.extended(
      input,
      items.map((item) => ({ name: item.name, value: windowed(item, input, context) })),
    ),
});

const WHOLE = 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING';
const RANKINGS: Readonly<Record<string, string>> = {
  'os:row_number': 'row_number',
  'os:rank': 'rank',
  'os:dense_rank': 'dense_rank',
  'os:percent_rank': 'percent_rank',
};
const NUMERIC: Readonly<Record<string, string>> = {
  'os:sum': 'sumOrNull',
  'os:avg': 'avgOrNull',
  'os:mean': 'avgOrNull',
  'os:min': 'minOrNull',
  'os:max': 'maxOrNull',
};
const VALUES: Readonly<Record<string, string>> = {
  'os:first_value': 'first_value_respect_nulls',
  'os:first': 'first_value_respect_nulls',
  'os:last_value': 'last_value_respect_nulls',
  'os:last': 'last_value_respect_nulls',
};

/** Calls that can stand before OVER besides the aggregates: the parser knows them by these names. */
export const WINDOW_FUNCTIONS: readonly string[] = [...Object.keys(RANKINGS), 'os:ntile', 'os:lag', 'os:lead'];

function windowed(item: WindowItem, input: Relation, context: CompileContext): Typed {
  const { call, partition, order, frame } = item;
  const compile = (node: Expression): Typed => context.expression(node, input);
  const by = partition.map((node) => asShown(compile(node)));
  const terms = order
    .flatMap(({ expression, descending }) => plainOrder(compile(expression), descending))
    .map(({ sql, descending }) => `${sql} ${descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}`);
  const over = (rows: string): string =>
    `OVER (${[
      by.length === 0 ? '' : `PARTITION BY ${by.join(', ')}`,
      terms.length === 0 ? '' : `ORDER BY ${terms.join(', ')}`,
      rows,
    ]
      .filter((part) => part !== '')
      .join(' ')})`;
  const [first, second, third] = call.args;
  const ranking = RANKINGS[call.name];
  if (ranking !== undefined) {
    if (order.length === 0 && call.name !== 'os:row_number') throw refused('This function needs ORDER BY.', call);
    return typed(`toFloat64(${ranking}() ${over('')})`, 'number');
  }
  const numeric = NUMERIC[call.name];
  if (numeric !== undefined && first) return typed(`${numeric}(${asNumber(compile(first))}) ${over(frame)}`, 'number');
  if (call.name === 'os:count')
    return typed(`toFloat64(count(${first ? compile(first).sql : ''}) ${over(frame)})`, 'number');
  const value = VALUES[call.name];
  if (value !== undefined && first) {
    const { sql, kind } = compile(first);
    return typed(`${value}(${sql}) ${over(frame)}`, kind);
  }
  if ((call.name === 'os:lag' || call.name === 'os:lead') && first) {
    const { sql, kind } = compile(first);
    const offset = wholeNumber(second, 1, call);
    const otherwise = third ? `, ${asShown(compile(third))}` : '';
    const shown = third ? asShown({ sql, kind }) : `toNullable(${sql})`;
    const name = call.name === 'os:lag' ? 'lagInFrame' : 'leadInFrame';
    return typed(`${name}(${shown}, ${offset}${otherwise}) ${over(WHOLE)}`, third ? 'any' : kind);
  }
  if (call.name === 'os:ntile')
    return typed(`toFloat64(ntile(${wholeNumber(first, undefined, call)}) ${over(WHOLE)})`, 'number');
  throw refused('This function cannot stand before OVER.', call);
}

function wholeNumber(node: Expression | undefined, otherwise: number | undefined, call: CallNode): number {
  if (node === undefined && otherwise !== undefined) return otherwise;
  const value = node?.kind === 'literal' ? node.value : undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= 1_000_000) return value;
  throw refused('A whole number above 0 is needed here.', node ?? call);
}

function refused(message: string, { span }: Expression): MalformedQuery {
  return new MalformedQuery(message, span);
}
