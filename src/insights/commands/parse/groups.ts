/** The forms of `parse` that are patterns: both become a regular expression with a group for each name. */
import { regexSource } from '../../compile/like.ts';
import { MalformedQuery, type Span } from '../../errors.ts';
import { parseList, type TokenReader } from '../../syntax/index.ts';
import type { ParseForm } from './parse.ts';

type GroupsForm = Extract<ParseForm, { readonly kind: 'groups' }>;

export function regexForm(reader: TokenReader, regex: { readonly source: string; readonly span: Span }): GroupsForm {
  const named = [...regex.source.matchAll(/\(\?P?<([A-Za-z_]\w*)>/g)].map(([, group]) => group ?? '');
  if (named.length === 0)
    throw new MalformedQuery('A regular expression of parse needs named groups: (?<name>…).', regex.span);
  const aliases = reader.accept('as') ? parseList(reader, () => reader.name().text) : undefined;
  if (aliases && aliases.length !== named.length) throw wrongCount(named.length, aliases.length, regex.span);
  if (aliases && reader.at('multi')) reader.fail('With multi the groups name the fields: leave out "as".');
  const multi = reader.accept('multi') !== undefined;
  const pattern = namedGroupsOnly(regexSource(regex.source, regex.span));
  return { kind: 'groups', pattern, names: aliases ?? named, multi };
}

export function globForm(reader: TokenReader): GroupsForm {
  const { text: glob, span } = reader.string();
  reader.expect('as');
  const names = parseList(reader, () => reader.name().text);
  const stars = glob.split('*').length - 1;
  if (stars !== names.length) throw wrongCount(stars, names.length, span);
  return { kind: 'groups', pattern: globPattern(glob), names, multi: false };
}

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
