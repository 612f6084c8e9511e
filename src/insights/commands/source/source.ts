import { MalformedQuery, type Span } from '../../errors.ts';
import { type CommandNode, type Query, type TokenReader } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

/** What a query reads from; who runs it finds the groups. */
export interface SourceNode extends CommandNode {
  readonly command: 'source';
  readonly selection: SourceSelection;
  /** `START=` and `END=` of the form that DescribeQueries echoes, milliseconds. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
}

export type SourceSelection =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | {
      readonly kind: 'groups';
      readonly namePrefixes: readonly string[];
      readonly accounts: readonly string[];
      readonly classes: readonly string[];
    }
  /** Every key must have one of its values; `*` stands for anything, `!` before a value for not. */
  | { readonly kind: 'tags'; readonly filters: readonly TagFilter[] };

export interface TagFilter {
  readonly key: string;
  readonly values: readonly string[];
}

/** (§1.2, SOURCE) */
const PREFIXES_MAX = 5;
const ACCOUNTS_MAX = 20;
const TAG_FILTERS_MAX = 5;
const TAG_VALUES_MAX = 5;
const CLASSES = ['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY'];

/**
 * `SOURCE "group", …`, `SOURCE logGroups(namePrefix: [...], class: [...], accountIdentifiers: [...])`,
 * `SOURCE logGroupTags([{"key": "env", "values": ["prod*"]}])`: the first command of a query.
 */
export const source = defineCommand<SourceNode>({
  names: ['source'],
  parse: (reader, start, { before }) => {
    if (before.length > 0) {
      throw new MalformedQuery('SOURCE is the first command of a query.', { start, end: reader.offset });
    }
    const selection = parseSelection(reader);
    const times: { start?: number; end?: number } = {};
    while (reader.at('start', 'end')) {
      const word = reader.name().text.toLowerCase() as 'start' | 'end';
      reader.expect('=');
      const minus = reader.accept('-') ? -1 : 1;
      times[word] = minus * reader.integer().value;
    }
    const span = { start, end: reader.offset };
    return { command: 'source', selection, startMs: times.start, endMs: times.end, span };
  },
  compile: (_node, input) => input,
});

function parseSelection(reader: TokenReader): SourceSelection {
  const token = reader.peek();
  if (token.kind === 'string' || (token.kind === 'name' && token.quoted)) return parseNames(reader);
  if (reader.accept('loggroups')) return parseGroups(reader);
  if (reader.accept('loggrouptags')) return parseTags(reader);
  if (reader.at('datasource')) {
    return reader.fail('SOURCE dataSource(…) needs data sources, which Varve does not have: name log groups.');
  }
  return reader.fail();
}

function parseNames(reader: TokenReader): SourceSelection {
  const names: string[] = [];
  do {
    names.push(reader.peek().kind === 'string' ? reader.string().text : reader.name().text);
  } while (reader.accept(','));
  return { kind: 'names', names };
}

function parseGroups(reader: TokenReader): SourceSelection {
  const lists: Record<'nameprefix' | 'accounts' | 'classes', string[]> = { nameprefix: [], accounts: [], classes: [] };
  reader.expect('(');
  while (!reader.accept(')')) {
    const { text, span } = reader.name();
    reader.expect(':', '=');
    const word = text.toLowerCase();
    const values = parseTexts(reader);
    if (word === 'nameprefix') lists.nameprefix = bounded(values, PREFIXES_MAX, 'name prefixes', span);
    else if (/^accountidentifiers?$/.test(word)) lists.accounts = bounded(values, ACCOUNTS_MAX, 'accounts', span);
    else if (/^(?:class|loggroupclass)$/.test(word)) lists.classes = classesOf(values, span);
    else throw new MalformedQuery(`logGroups takes namePrefix, accountIdentifiers and class, not ${text}.`, span);
    reader.accept(',');
  }
  return { kind: 'groups', namePrefixes: lists.nameprefix, accounts: lists.accounts, classes: lists.classes };
}

function classesOf(values: string[], span: Span): string[] {
  const wrong = values.find((value) => !CLASSES.includes(value));
  if (wrong !== undefined) throw new MalformedQuery(`A class is one of ${CLASSES.join(', ')}.`, span);
  return values;
}

function parseTags(reader: TokenReader): SourceSelection {
  const filters: TagFilter[] = [];
  reader.expect('(');
  const { span } = reader.expect('[');
  while (!reader.accept(']')) {
    reader.expect('{');
    let key = '';
    let values: string[] = [];
    while (!reader.accept('}')) {
      const word = reader.string();
      reader.expect(':');
      if (word.text === 'key') key = reader.string().text;
      else if (word.text === 'values')
        values = bounded(parseTexts(reader), TAG_VALUES_MAX, 'values of a tag', word.span);
      else throw new MalformedQuery('A tag filter has "key" and "values".', word.span);
      reader.accept(',');
    }
    filters.push({ key, values });
    reader.accept(',');
  }
  reader.expect(')');
  return { kind: 'tags', filters: bounded(filters, TAG_FILTERS_MAX, 'tag filters', span) };
}

function parseTexts(reader: TokenReader): string[] {
  const texts: string[] = [];
  reader.expect('[');
  while (!reader.accept(']')) {
    texts.push(reader.string().text);
    reader.accept(',');
  }
  return texts;
}

function bounded<T>(items: T[], most: number, what: string, span: Span): T[] {
  if (items.length > most) throw new MalformedQuery(`SOURCE takes ${most} ${what} at most.`, span);
  return items;
}

/** The SOURCE that a query begins with. */
export function sourceOf({ commands: [first] }: Query): SourceNode | undefined {
  return first?.command === 'source' ? (first as SourceNode) : undefined;
}
