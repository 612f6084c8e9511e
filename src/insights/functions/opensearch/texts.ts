/** Texts, as Spark has them: positions count from 1 and in characters; what is missing makes the whole missing. */
import type { CompileContext } from '../../compile/context.ts';
import { regexSource } from '../../compile/like.ts';
import type { Relation } from '../../compile/relation.ts';
import { asNumber, asShown, type Typed, typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import type { CallNode } from '../../syntax/index.ts';
import { arg, type FunctionTable } from '../definition.ts';
import { TEXTS } from '../texts.ts';
import { many, same } from './definition.ts';

/** Characters that lpad, rpad, repeat and space make at most. */
const MADE_CHARS_MAX = 10_000;
const INITIAL =
  "arrayStringConcat(arrayMap(w -> concat(upperUTF8(substringUTF8(w, 1, 1)), lowerUTF8(substringUTF8(w, 2))), splitByChar(' ', assumeNotNull(X))), ' ')";

export const OPEN_SEARCH_TEXTS: FunctionTable = {
  ...same(TEXTS, 'toUpper', 1, 1, 'upper', 'ucase'),
  ...same(TEXTS, 'toLower', 1, 1, 'lower', 'lcase'),
  ...same(TEXTS, 'strlen', 1, 1, 'length', 'len', 'char_length', 'character_length'),
  ...same(TEXTS, 'md5', 1, 1, 'md5'),
  ...same(TEXTS, 'base64encode', 1, 1, 'base64'),
  ...same(TEXTS, 'base64decode', 1, 1, 'unbase64'),
  ...same(TEXTS, 'startsWith', 2, 2, 'startswith'),
  ...same(TEXTS, 'endsWith', 2, 2, 'endswith'),
  ...same(TEXTS, 'strcontains', 2, 2, 'contains'),
  ...same(TEXTS, 'isempty', 1, 1, 'isempty'),
  ...same(TEXTS, 'isblank', 1, 1, 'isblank'),
  ...text('octet_length', 1, ([x]) => `toFloat64(length(${x}))`, 'number'),
  ...text('ascii', 1, ([x]) => `toFloat64(ascii(${x}))`, 'number'),
  ...text('reverse', 1, ([x]) => `reverseUTF8(${x})`),
  ...text('sha sha1', 1, ([x]) => `lower(hex(SHA1(${x})))`),
  ...text('crc32', 1, ([x]) => `toFloat64(CRC32(${x}))`, 'number'),
  ...text('initcap', 1, ([x = '']) => `if(${x} IS NULL, NULL, ${INITIAL.replace('X', x)})`),
  ...text('levenshtein', 2, ([a, b]) => `toFloat64(editDistanceUTF8(${a}, ${b}))`, 'number'),
  // Characters of the one text become those at the same place in the other; where it is shorter, they go.
  ...many('translate', 3, 3, (node, args, { parameters }) => {
    const from = [...textLiteral(node, args, 1)];
    const to = [...textLiteral(node, args, 2)].slice(0, from.length);
    return typed(
      `translateUTF8(${shown(arg(args, 0))}, ${parameters.text(from.join(''))}, ${parameters.text(to.join(''))})`,
      'text',
    );
  }),
  ...text('instr', 2, ([x, part]) => `toFloat64(positionUTF8(${x}, ${part}))`, 'number'),
  ...many('string', 1, 1, (_node, args) => typed(asShown(booleanText(arg(args, 0))), 'text')),
  ...many('concat', 1, Infinity, (_node, args) => typed(`concat(${args.map(shown).join(', ')}, '')`, 'text')),
  // What is missing is passed over.
  ...many('concat_ws', 1, Infinity, (node, args, { parameters }) => {
    const separator = parameters.text(textLiteral(node, args, 0));
    const list = ["CAST(NULL, 'Nullable(String)')", ...args.slice(1).map(shown)].join(', ');
    const there = `arrayMap(x -> assumeNotNull(x), arrayFilter(x -> x IS NOT NULL, [${list}]))`;
    return typed(`toNullable(arrayStringConcat(${there}, ${separator}))`, 'text');
  }),
  ...many('sha2', 1, 2, (node, args) => {
    const bits = args[1]?.literal ?? 256;
    const name = { '0': 'SHA256', '256': 'SHA256', '512': 'SHA512', '224': 'SHA224', '384': 'SHA384' }[String(bits)];
    if (name === undefined) throw new MalformedQuery('sha2 takes 224, 256, 384 or 512 bits.', node.span);
    return typed(`lower(hex(${name}(${shown(arg(args, 0))})))`, 'text');
  }),
  ...many('substring substr', 2, 3, (_node, args) => {
    const start = integer(arg(args, 1));
    // 0 is the first character, as 1 is; below 0 counts from the end.
    const from = `if(${start} = 0, 1, ${start})`;
    const length = args.length === 3 ? `, greatest(${integer(arg(args, 2))}, 0)` : '';
    return typed(`substringUTF8(${shown(arg(args, 0))}, ${from}${length})`, 'text');
  }),
  ...many('left', 2, 2, (_node, args) =>
    typed(`substringUTF8(${shown(arg(args, 0))}, 1, greatest(${integer(arg(args, 1))}, 0))`, 'text'),
  ),
  ...many('right', 2, 2, (_node, args) => {
    const count = integer(arg(args, 1));
    return typed(
      `if(${count} <= 0, '', substringUTF8(${shown(arg(args, 0))}, -least(${count}, toInt64(lengthUTF8(${shown(arg(args, 0))})))))`,
      'text',
    );
  }),
  ...many('locate position', 2, 3, (_node, args) => {
    const start = args.length === 3 ? `, toUInt64(greatest(${integer(arg(args, 2))}, 1))` : '';
    return typed(`toFloat64(positionUTF8(${shown(arg(args, 1))}, ${shown(arg(args, 0))}${start}))`, 'number');
  }),
  ...many('replace', 2, 3, (_node, args) => {
    const [x, wanted] = [shown(arg(args, 0)), shown(arg(args, 1))];
    const instead = args.length === 3 ? shown(arg(args, 2)) : "''";
    return typed(`if(${wanted} = '', ${x}, replaceAll(${x}, ${wanted}, ${instead}))`, 'text');
  }),
  ...padded('lpad', 'leftPadUTF8'),
  ...padded('rpad', 'rightPadUTF8'),
  ...many('repeat', 2, 2, (_node, args) =>
    typed(
      `repeat(${shown(arg(args, 0))}, toUInt64(greatest(least(${integer(arg(args, 1))}, ${MADE_CHARS_MAX}), 0)))`,
      'text',
    ),
  ),
  ...many('space', 1, 1, (_node, args) =>
    typed(`repeat(' ', toUInt64(greatest(least(${integer(arg(args, 0))}, ${MADE_CHARS_MAX}), 0)))`, 'text'),
  ),
  ...many('trim btrim', 1, 3, (node, args, context, relation) => {
    const side = args[2]?.literal;
    const name = side === 'leading' ? 'ltrim' : side === 'trailing' ? 'rtrim' : 'trim';
    return trimmed(name, node, args.slice(0, 2), context, relation);
  }),
  ...many('ltrim', 1, 2, (node, args, context, relation) => trimmed('ltrim', node, args, context, relation)),
  ...many('rtrim', 1, 2, (node, args, context, relation) => trimmed('rtrim', node, args, context, relation)),
  ...many('split_part', 3, 3, (node, args) => {
    const part = wholeLiteral(node, args, 2);
    const parts = `splitByString(assumeNotNull(${shown(arg(args, 1))}), assumeNotNull(${shown(arg(args, 0))}))`;
    const missing = `${shown(arg(args, 0))} IS NULL OR ${shown(arg(args, 1))} IS NULL`;
    return typed(`if(${missing}, NULL, arrayElement(${parts}, ${part}))`, 'text');
  }),
  // All before so many separators, or behind them when they are counted from the end.
  ...many('substring_index', 3, 3, (node, args, { parameters }) => {
    const x = shown(arg(args, 0));
    const separator = parameters.text(textLiteral(node, args, 1));
    const count = wholeLiteral(node, args, 2);
    const parts = `splitByString(${separator}, assumeNotNull(${x}))`;
    const some = count > 0 ? `arraySlice(${parts}, 1, ${count})` : `arraySlice(${parts}, ${count})`;
    return typed(`if(${x} IS NULL, NULL, arrayStringConcat(${some}, ${separator}))`, 'text');
  }),
  ...many('regexp_extract regexp_substr', 2, 3, (node, args, { parameters }) => {
    const pattern = parameters.text(patternOf(node, args));
    const group = args.length === 3 ? wholeLiteral(node, args, 2) : node.name === 'os:regexp_substr' ? 0 : 1;
    const groups = `extractGroups(assumeNotNull(${shown(arg(args, 0))}), concat('(', ${pattern}, ')'))`;
    const found = `if(empty(${groups}), '', ${groups}[${group + 1}])`;
    const empty = node.name === 'os:regexp_substr' ? `nullIf(${found}, '')` : found;
    return typed(`if(${shown(arg(args, 0))} IS NULL, NULL, ${empty})`, 'text');
  }),
  ...many('regexp_replace', 3, 3, (node, args, { parameters }) => {
    const pattern = parameters.text(patternOf(node, args));
    const instead = arg(args, 2);
    // `$1` is the first group; the engine writes \1.
    const replacement =
      typeof instead.literal === 'string'
        ? parameters.text(instead.literal.replaceAll('\\', '\\\\').replaceAll(/\$(\d)/g, '\\$1'))
        : shown(instead);
    return typed(`replaceRegexpAll(${shown(arg(args, 0))}, ${pattern}, ${replacement})`, 'text');
  }),
  ...many('regexp_count', 2, 2, (node, args, { parameters }) =>
    typed(`toFloat64(countMatches(${shown(arg(args, 0))}, ${parameters.text(patternOf(node, args))}))`, 'number'),
  ),
  ...many('split', 2, 2, (node, args, { parameters }) => {
    const x = shown(arg(args, 0));
    const pattern = parameters.text(patternOf(node, args));
    return typed(`if(${x} IS NULL, NULL, toJSONString(splitByRegexp(${pattern}, assumeNotNull(${x}))))`, 'json');
  }),
};

/** Texts, numbers and times as they are shown; truth as true and false. */
export function shown(value: Typed): string {
  return asShown(booleanText(value));
}

function booleanText(value: Typed): Typed {
  if (value.kind !== 'boolean') return value;
  return typed(`if(${value.sql} IS NULL, NULL, if(${value.sql}, 'true', 'false'))`, 'text');
}

/** As Int64; what is no number counts as 0. */
export function integer(value: Typed): string {
  return `toInt64(ifNull(trunc(${asNumber(value)}), 0))`;
}

/** A whole number that is written in the query: the engine wants it as it is. */
export function wholeLiteral(node: CallNode, args: readonly Typed[], index: number): number {
  const { literal } = arg(args, index);
  if (typeof literal === 'number' && Number.isSafeInteger(literal) && literal !== 0 && Math.abs(literal) <= 1_000_000) {
    return literal;
  }
  if (literal === 0 && node.name.startsWith('os:regexp')) return 0;
  throw new MalformedQuery('A whole number is needed here.', node.args[index]?.span ?? node.span);
}

/** A text that is written in the query: the engine wants it as it is. */
export function textLiteral(node: CallNode, args: readonly Typed[], index: number): string {
  const { literal } = arg(args, index);
  if (typeof literal === 'string') return literal;
  throw new MalformedQuery('A text in quotes is needed here.', node.args[index]?.span ?? node.span);
}

function patternOf(node: CallNode, args: readonly Typed[]): string {
  return regexSource(textLiteral(node, args, 1), node.args[1]?.span ?? node.span);
}

function trimmed(
  name: 'trim' | 'ltrim' | 'rtrim',
  node: CallNode,
  args: readonly Typed[],
  context: CompileContext,
  relation: Relation,
): Typed {
  const known = TEXTS[name];
  if (!known) throw new Error(`BUG: there is no function ${name}`);
  return known.compile({ ...node, args: node.args.slice(0, args.length) }, args, context, relation);
}

function padded(name: string, sql: string): FunctionTable {
  return many(name, 2, 3, (node, args, { parameters }) => {
    const x = shown(arg(args, 0));
    const length = `toUInt64(greatest(least(${integer(arg(args, 1))}, ${MADE_CHARS_MAX}), 0))`;
    const pad = parameters.text(args.length === 3 ? textLiteral(node, args, 2) : ' ');
    return typed(`substringUTF8(${sql}(${x}, ${length}, ${pad}), 1, ${length})`, 'text');
  });
}

/** A function of texts alone. */
function text(
  names: string,
  count: number,
  sql: (args: readonly string[]) => string,
  kind: 'text' | 'number' = 'text',
): FunctionTable {
  return many(names, count, count, (_node, args) => typed(sql(args.map(shown)), kind));
}
