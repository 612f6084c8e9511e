/** Numeric functions and casts. What is no number gives nothing. */
import { asNumber, type Typed, typed } from '../compile/typed.ts';
import { arg, type FunctionTable, scalar } from './definition.ts';

export const NUMBERS: FunctionTable = {
  ...one('abs', (x) => `abs(${x})`),
  ...one('ceil', (x) => `ceil(${x})`),
  ...one('floor', (x) => `floor(${x})`),
  // No logarithm and no root of what has none.
  ...one('log', (x) => `if(${x} > 0, log(${x}), NULL)`),
  ...one('sqrt', (x) => `if(${x} >= 0, sqrt(${x}), NULL)`),
  ...one('toNumber', (x) => x),
  ...one('toDouble', (x) => x),
  ...one('toInt', (x) => `if(abs(trunc(${x})) < 2147483648, trunc(${x}), NULL)`),
  ...one('toLong', (x) => `trunc(${x})`),
  ...scalar('round', 1, 2, (_node, args) => {
    const digits = args.length === 2 ? arg(args, 1) : undefined;
    // The engine's own rounding goes to the even neighbour; away from zero is what people expect of 0.5.
    const scale = digits === undefined ? '1' : `exp10(toInt32(ifNull(${asNumber(digits)}, 0)))`;
    const x = asNumber(arg(args, 0));
    return typed(`(sign(${x}) * floor(abs(${x}) * ${scale} + 0.5) / ${scale})`, 'number');
  }),
  ...extreme('greatest', 'max'),
  ...extreme('least', 'min'),
  // Kilometres between two places in degrees: latitude and longitude of the one, then of the other.
  ...scalar('haversine', 4, 4, (_node, args) => {
    const [lat1, lon1, lat2, lon2] = args.map((one) => asNumber(one));
    return typed(`(greatCircleDistance(${lon1}, ${lat1}, ${lon2}, ${lat2}) / 1000)`, 'number');
  }),
};

function one(name: string, sql: (x: string) => string): FunctionTable {
  return scalar(name, 1, 1, (_node, args) => typed(sql(asNumber(arg(args, 0))), 'number'));
}

/** Of several values; those that are missing do not count. */
function extreme(name: string, of: 'max' | 'min'): FunctionTable {
  return scalar(name, 1, Infinity, (_node, args: readonly Typed[]) => {
    const list = `arrayFilter(x -> x IS NOT NULL, [${args.map(asNumber).join(', ')}])`;
    return typed(`if(empty(${list}), NULL, array${of === 'max' ? 'Max' : 'Min'}(${list}))`, 'number');
  });
}
