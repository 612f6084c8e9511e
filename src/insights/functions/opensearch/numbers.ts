/** Numbers. What is no number gives nothing, and so does what has no result. */
import { asNumber, typed } from '../../compile/typed.ts';
import type { FunctionTable } from '../definition.ts';
import { NUMBERS } from '../numbers.ts';
import { many, same } from './definition.ts';

export const OPEN_SEARCH_NUMBERS: FunctionTable = {
  ...same(NUMBERS, 'abs', 1, 1, 'abs'),
  ...same(NUMBERS, 'ceil', 1, 1, 'ceil', 'ceiling'),
  ...same(NUMBERS, 'floor', 1, 1, 'floor'),
  ...same(NUMBERS, 'sqrt', 1, 1, 'sqrt'),
  ...same(NUMBERS, 'log', 1, 1, 'ln'),
  ...same(NUMBERS, 'round', 1, 2, 'round'),
  ...same(NUMBERS, 'greatest', 2, Infinity, 'greatest'),
  ...same(NUMBERS, 'least', 2, Infinity, 'least'),
  ...same(NUMBERS, 'toNumber', 1, 1, 'double', 'float', 'num'),
  ...same(NUMBERS, 'toLong', 1, 1, 'integer', 'int', 'bigint', 'long'),
  ...number('cbrt', 1, ([x]) => `cbrt(${x})`),
  ...number('exp', 1, ([x]) => `exp(${x})`),
  ...number('log2', 1, ([x]) => `log2(${x})`),
  ...number('log10', 1, ([x]) => `log10(${x})`),
  ...number('sign signum', 1, ([x]) => `toFloat64(sign(${x}))`),
  ...number('sin', 1, ([x]) => `sin(${x})`),
  ...number('cos', 1, ([x]) => `cos(${x})`),
  ...number('tan', 1, ([x]) => `tan(${x})`),
  ...number('cot', 1, ([x]) => `1 / tan(${x})`),
  ...number('asin', 1, ([x]) => `asin(${x})`),
  ...number('acos', 1, ([x]) => `acos(${x})`),
  ...number('atan', 1, ([x]) => `atan(${x})`),
  ...number('atan2', 2, ([y, x]) => `atan2(${y}, ${x})`),
  ...number('degrees', 1, ([x]) => `degrees(${x})`),
  ...number('radians', 1, ([x]) => `radians(${x})`),
  ...number('pow power', 2, ([x, y]) => `pow(${x}, ${y})`),
  ...number('mod', 2, ([x, y]) => `modulo(${x}, nullIf(${y}, 0))`),
  ...number('pmod', 2, ([x, y]) => `positiveModulo(${x}, nullIf(${y}, 0))`),
  ...many('pi', 0, 0, () => typed('pi()', 'number')),
  ...many('e', 0, 0, () => typed('e()', 'number')),
  // Of one argument the natural logarithm, of two the one to a base.
  ...many('log', 1, 2, (_node, args) => {
    const [a, b] = args.map(asNumber);
    return typed(finite(b === undefined ? `log(${a})` : `log(${b}) / log(${a})`), 'number');
  }),
};

/** A function of numbers alone. */
function number(names: string, count: number, sql: (args: readonly string[]) => string): FunctionTable {
  return many(names, count, count, (_node, args) => typed(finite(sql(args.map(asNumber))), 'number'));
}

/** The engine's nan and infinity are no results. */
function finite(sql: string): string {
  return `if(isFinite(${sql}), ${sql}, NULL)`;
}
