import { regexSource } from '../../compile/like.ts';
import { asText, typed } from '../../compile/typed.ts';
import { MalformedQuery, type Span } from '../../errors.ts';
import { type CommandNode, type Expression, type FieldNode, parseList } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface ParseNode extends CommandNode {
  readonly field: Expression;
  /** RE2, with one group for each name. */
  readonly pattern: string;
  readonly patternSpan: Span;
  readonly names: readonly string[];
}

const MESSAGE: Omit<FieldNode, 'span'> = { kind: 'field', name: '@message' };

/**
 * `parse [field] "glob * with * stars" as a, b` and `parse [field] /regex with (?<name>groups)/ [as …]`: makes fields of
 * what matches; where nothing does, they are missing and the row stays.
 */
export const parse = defineCommand<ParseNode>({
  names: ['parse'],
  parse: (reader, start) => {
    const regexFirst = reader.regex();
    const atName = !regexFirst && reader.peek().kind === 'name';
    const name = atName ? reader.name() : undefined;
    const field: Expression = name
      ? { kind: 'field', name: name.text, span: name.span }
      : { ...MESSAGE, span: { start, end: start } };
    const regex = regexFirst ?? reader.regex();
    if (regex) {
      const named = [...regex.source.matchAll(/\(\?P?<([A-Za-z_]\w*)>/g)].map(([, group]) => group ?? '');
      const names = reader.accept('as') ? parseList(reader, () => reader.name().text) : named;
      if (named.length === 0)
        throw new MalformedQuery('A regular expression of parse needs named groups: (?<name>…).', regex.span);
      if (names.length !== named.length) throw wrongCount(named.length, names.length, regex.span);
      const pattern = namedGroupsOnly(regexSource(regex.source, regex.span));
      return { command: 'parse', field, pattern, patternSpan: regex.span, names, span: { start, end: reader.offset } };
    }
    const { text: glob, span } = reader.string();
    reader.expect('as');
    const names = parseList(reader, () => reader.name().text);
    const stars = glob.split('*').length - 1;
    if (stars !== names.length) throw wrongCount(stars, names.length, span);
    return {
      command: 'parse',
      field,
      pattern: globPattern(glob),
      patternSpan: span,
      names,
      span: { start, end: reader.offset },
    };
  },
  compile: ({ field, pattern, names }, input, context) => {
    const text = `ifNull(${asText(context.expression(field, input))}, '')`;
    const groups = context.newColumn();
    const from = context.stage(
      `SELECT *, extractGroups(${text}, ${context.parameters.text(pattern)}) AS ${groups} FROM ${input.from}`,
    );
    const added = names.map((name, index) => ({
      name,
      value: typed(`if(empty(${groups}), NULL, ${groups}[${index + 1}])`, 'any'),
    }));
    return context.extended({ ...input, from }, added);
  },
});

function wrongCount(found: number, named: number, span: Span): MalformedQuery {
  return new MalformedQuery(`The pattern has ${found} parts to take out, but ${named} names stand behind it.`, span);
}

/** Groups without a name do not count: they become groups that take nothing out. */
function namedGroupsOnly(source: string): string {
  let result = '';
  let inClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] ?? '';
    if (character === '\\') {
      result += character + (source[at + 1] ?? '');
      at += 1;
      continue;
    }
    if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    result += character === '(' && !inClass && source[at + 1] !== '?' ? '(?:' : character;
  }
  return result;
}

/** A star takes as little as it can, the last one at the end all that is left. */
function globPattern(glob: string): string {
  const parts = glob.split('*').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const open = glob.endsWith('*');
  const body = parts
    .slice(0, -1)
    .map((part, index) => `${part}${open && index === parts.length - 2 ? '(.*)' : '(.*?)'}`);
  return `(?s)${body.join('')}${parts.at(-1) ?? ''}`;
}
