/** Conditions, and what to take instead of a missing value. */
import { comparison } from '../../compile/comparison.ts';
import { asCondition, NULL_TEXT, typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import { ADDRESSES } from '../addresses.ts';
import { arg, type FunctionTable } from '../definition.ts';
import { branches, GENERAL } from '../general.ts';
import { many, same } from './definition.ts';

export const OPEN_SEARCH_CONDITIONS: FunctionTable = {
  ...same(GENERAL, 'coalesce', 1, Infinity, 'coalesce'),
  ...same(GENERAL, 'coalesce', 2, 2, 'ifnull', 'nvl'),
  ...same(GENERAL, 'ispresent', 1, 1, 'isnotnull', 'ispresent'),
  ...same(GENERAL, 'if', 3, 3, 'if', 'iff'),
  ...same(ADDRESSES, 'isIpInSubnet', 2, 2, 'cidrmatch'),
  ...many('isnull', 1, 1, (_node, args) => typed(`(${arg(args, 0).sql} IS NULL)`, 'boolean')),
  ...many('nvl2', 3, 3, (_node, args) =>
    branches([typed(`(${arg(args, 0).sql} IS NOT NULL)`, 'boolean')], [arg(args, 1)], arg(args, 2)),
  ),
  ...many('nullif', 2, 2, (_node, args) => {
    const [a, b] = [arg(args, 0), arg(args, 1)];
    return typed(`if(ifNull(${comparison('=', a, b)}, 0), NULL, ${a.sql})`, a.kind);
  }),
  // Conditions and values by turns, and what else.
  ...many('.case', 2, Infinity, (_node, args) => {
    const pairs = args.length >> 1;
    const conditions = Array.from({ length: pairs }, (_, index) => arg(args, 2 * index));
    const values = Array.from({ length: pairs }, (_, index) => arg(args, 2 * index + 1));
    return branches(conditions, values, args.length % 2 === 1 ? arg(args, args.length - 1) : NULL_TEXT);
  }),
  // A value, then values that it may be and results by turns, and what else.
  ...many('.case_of', 3, Infinity, (_node, [subject = NULL_TEXT, ...args]) => {
    const pairs = args.length >> 1;
    const conditions = Array.from({ length: pairs }, (_, index) =>
      typed(comparison('=', subject, arg(args, 2 * index)), 'boolean'),
    );
    const values = Array.from({ length: pairs }, (_, index) => arg(args, 2 * index + 1));
    return branches(conditions, values, args.length % 2 === 1 ? arg(args, args.length - 1) : NULL_TEXT);
  }),
  ...many('.between', 3, 3, (_node, args) => {
    const [value, least, most] = [arg(args, 0), arg(args, 1), arg(args, 2)];
    return typed(`(${comparison('>=', value, least)} AND ${comparison('<=', value, most)})`, 'boolean');
  }),
  ...many('boolean', 1, 1, (_node, args) => {
    const [value] = [arg(args, 0)];
    return typed(`if(${value.sql} IS NULL, NULL, ${asCondition(value)})`, 'boolean');
  }),
  ...many('.interval', 2, 2, (node) => {
    throw new MalformedQuery('An INTERVAL stands behind + and -, or in date_add and date_sub.', node.span);
  }),
};
