/** String functions. Positions count from 0 and in characters (code points). */
import type { CompileContext } from '../compile/context.ts';
import { regexSource } from '../compile/like.ts';
import { asNumber, asShown, asText, type Typed, typed } from '../compile/typed.ts';
import { MalformedQuery } from '../errors.ts';
import type { CallNode } from '../syntax/index.ts';
import { alsoNamed, arg, type FunctionTable, scalar } from './definition.ts';

const SPACES = ' \t\r\n';

export const TEXTS: FunctionTable = {
  ...scalar('isempty', 1, 1, (_node, args) => typed(`(ifNull(${asShown(arg(args, 0))}, '') = '')`, 'boolean')),
  ...scalar('isblank', 1, 1, (_node, args) =>
    typed(`(trimBoth(replaceRegexpAll(ifNull(${asShown(arg(args, 0))}, ''), '\\\\s', '')) = '')`, 'boolean'),
  ),
  // What is missing adds nothing.
  ...scalar('concat', 1, Infinity, (_node, args) =>
    typed(`concat(${args.map((one) => `ifNull(${asText(one)}, '')`).join(', ')})`, 'text'),
  ),
  ...trimming('trim', 'both'),
  ...trimming('ltrim', 'start'),
  ...trimming('rtrim', 'end'),
  ...scalar('strlen', 1, 1, (_node, args) => typed(`toFloat64(lengthUTF8(${asText(arg(args, 0))}))`, 'number')),
  ...one('toupper', (x) => `upperUTF8(${x})`),
  ...one('tolower', (x) => `lowerUTF8(${x})`),
  ...scalar('substr', 2, 3, (_node, args) => {
    const start = `toInt64(greatest(ifNull(${asNumber(arg(args, 1))}, 0), 0)) + 1`;
    const length = args.length === 3 ? `, toUInt64(greatest(ifNull(${asNumber(arg(args, 2))}, 0), 0))` : '';
    return typed(`substringUTF8(${asText(arg(args, 0))}, ${start}${length})`, 'text');
  }),
  ...scalar('replace', 3, 3, (_node, args) => {
    const [text, wanted, instead] = args.map(asText);
    return typed(`if(${wanted} = '', ${text}, replaceAll(${text}, ${wanted}, ${instead}))`, 'text');
  }),
  ...scalar('regexReplace', 3, 3, (node, args, context) => {
    const pattern = patternOf(node, 1, context);
    const instead = arg(args, 2);
    // `$1` is the first group, as in most languages; the engine writes \1.
    const replacement =
      typeof instead.literal === 'string'
        ? context.parameters.text(instead.literal.replaceAll('\\', '\\\\').replaceAll(/\$(\d)/g, '\\$1'))
        : asText(instead);
    return typed(`replaceRegexpAll(${asText(arg(args, 0))}, ${pattern}, ${replacement})`, 'text');
  }),
  // A third argument is documented and does nothing (§1.3); the comparison is of exact characters.
  ...scalar('strcontains', 2, 3, (_node, args) =>
    typed(`(position(${asText(arg(args, 0))}, ${asText(arg(args, 1))}) > 0)`, 'boolean'),
  ),
  ...scalar('startsWith', 2, 2, (_node, args) =>
    typed(`startsWith(${asText(arg(args, 0))}, ${asText(arg(args, 1))})`, 'boolean'),
  ),
  ...scalar('endsWith', 2, 2, (_node, args) =>
    typed(`endsWith(${asText(arg(args, 0))}, ${asText(arg(args, 1))})`, 'boolean'),
  ),
  // Varve masks nothing.
  ...scalar('unmask', 1, 1, (_node, args) => arg(args, 0)),
  ...one('urlencode', (x) => `encodeURLComponent(${x})`),
  ...one('urldecode', (x) => `decodeURLFormComponent(${x})`),
  ...one('base64encode', (x) => `base64Encode(${x})`),
  ...one(
    'base64decode',
    (x) => `if(isValidUTF8(ifNull(tryBase64Decode(${x}), '')), nullIf(tryBase64Decode(${x}), ''), NULL)`,
  ),
  ...scalar('split', 2, 2, (_node, args) => {
    const [text, separator] = args.map(asText);
    const parts = `splitByString(ifNull(${separator}, ''), ifNull(${text}, ''))`;
    return typed(`if(${text} IS NULL, NULL, toJSONString(${parts}))`, 'json');
  }),
  ...one('hexToAscii', (x) => `if(match(${x}, '^(?:[0-9A-Fa-f]{2})*$'), toValidUTF8(unhex(${x})), NULL)`),
  ...scalar('hexToDec', 1, 1, (_node, args) => {
    const hex = `replaceRegexpOne(ifNull(${asText(arg(args, 0))}, ''), '^0[xX]', '')`;
    const padded = `reverse(unhex(leftPad(${hex}, 16, '0')))`;
    return typed(`if(match(${hex}, '^[0-9A-Fa-f]{1,16}$'), toFloat64(reinterpretAsUInt64(${padded})), NULL)`, 'number');
  }),
  ...scalar('decToHex', 1, 1, (_node, args) => {
    const x = asNumber(arg(args, 0));
    const digits = `lower(hex(toUInt64(if(${x} >= 0 AND ${x} < 1.8e19, ${x}, 0))))`;
    return typed(
      `if(${x} >= 0 AND ${x} < 1.8e19, if(${x} < 1, '0', replaceRegexpOne(${digits}, '^0+', '')), NULL)`,
      'text',
    );
  }),
  ...one('md5', (x) => `lower(hex(MD5(${x})))`),
  ...alsoNamed(
    one('sha256', (x) => `lower(hex(SHA256(${x})))`),
    'sha2',
  ),
};

function one(name: string, sql: (x: string) => string): FunctionTable {
  return scalar(name, 1, 1, (_node, args) => typed(sql(asText(arg(args, 0))), 'text'));
}

/** Takes away white space, or the characters of the second argument. */
function trimming(name: string, side: 'both' | 'start' | 'end'): FunctionTable {
  return scalar(name, 1, 2, (node, args, context) => {
    const characters = args.length === 2 ? arg(args, 1) : undefined;
    if (characters && typeof characters.literal !== 'string') {
      throw new MalformedQuery(
        `The characters that ${name} takes away are a text in quotes.`,
        node.args[1]?.span ?? node.span,
      );
    }
    return typed(trimSql(asText(arg(args, 0)), characters, side, context), 'text');
  });
}

function trimSql(
  text: string,
  characters: Typed | undefined,
  side: 'both' | 'start' | 'end',
  { parameters }: CompileContext,
): string {
  const listed = typeof characters?.literal === 'string' ? characters.literal : SPACES;
  const anyOf = `[${[...listed].map((one) => one.replaceAll(/[\\\]^-]/g, '\\$&')).join('')}]+`;
  const pattern = { both: `^${anyOf}|${anyOf}$`, start: `^${anyOf}`, end: `${anyOf}$` }[side];
  return listed === '' ? text : `replaceRegexpAll(${text}, ${parameters.text(pattern)}, '')`;
}

/** A pattern in slashes or quotes, as a parameter. */
function patternOf(node: CallNode, index: number, { parameters }: CompileContext): string {
  const argument = node.args[index];
  if (argument?.kind === 'regex') return parameters.text(regexSource(argument.source, argument.span));
  if (argument?.kind === 'literal' && typeof argument.value === 'string') {
    return parameters.text(regexSource(argument.value, argument.span));
  }
  throw new MalformedQuery(
    `The function ${node.name} takes a regular expression as its pattern.`,
    argument?.span ?? node.span,
  );
}
