import { asShown, type Typed, typed } from '../../compile/typed.ts';
import { type CommandNode, type Expression, type FieldNode, parseList, type TokenReader } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';
import { csvSql, logfmtSql } from './delimited.ts';
import { globForm, regexForm } from './groups.ts';
import { jsonForm, jsonValue, type NamedPath } from './json.ts';
import { xmlForm, type XmlPath, xmlSql } from './xml.ts';

export type ParseForm =
  /** RE2 with one group for each name; `multi`: a row for each match. */
  | {
      readonly kind: 'groups';
      readonly pattern: string;
      readonly names: readonly string[];
      readonly multi: boolean;
    }
  /** `key=value key="value"`: the keys are known only when the events are read. */
  | { readonly kind: 'logfmt' }
  /** Without names: `column_1`, `column_2`, … */
  | { readonly kind: 'csv'; readonly names: readonly string[] | undefined }
  | { readonly kind: 'xml'; readonly paths: readonly { readonly path: XmlPath; readonly name: string }[] }
  | { readonly kind: 'json'; readonly paths: readonly NamedPath[] };

export interface ParseNode extends CommandNode {
  readonly field: Expression;
  readonly form: ParseForm;
}

const MESSAGE: Omit<FieldNode, 'span'> = { kind: 'field', name: '@message' };
const FORMS = ['logfmt', 'csv', 'xml', 'json'];
/** Fields of a CSV line that have names. */
const COLUMN = /^column_([1-9]\d{0,3})$/;

/**
 * Makes fields of what a text holds; where it does not, they are missing and the row stays. All of them may name the field,
 * else it is @message:
 *
 *   parse "glob * with * stars" as a, b
 *   parse /regex with (?<name>groups)/ [as …]         the first match
 *   parse /regex with (?<name>groups)/ multi          a row for each match
 *   parse logfmt                                      fields as they are called in the text
 *   parse csv [as a, b, …]
 *   parse xml '/a/b' as x, '/a/@b' as y
 *   parse json "a.b[0]" as x
 */
export const parse = defineCommand<ParseNode>({
  names: ['parse'],
  parse: (reader, start) => {
    const field = parseField(reader, start);
    const form = parseForm(reader);
    return { command: 'parse', field, form, span: { start, end: reader.offset } };
  },
  compile: ({ field, form }, input, context) => {
    const text = `ifNull(${asShown(context.expression(field, input))}, '')`;
    if (form.kind === 'json') {
      const values = form.paths.map(({ name, path }) => ({ name, value: jsonValue(text, path, context) }));
      return context.extended(input, values);
    }
    if (form.kind === 'xml') {
      const values = form.paths.map(({ name, path }) => ({ name, value: typed(xmlSql(text, path, context), 'any') }));
      return context.extended(input, values);
    }
    const column = context.newColumn();
    // What an earlier logfmt or csv found, where this one does not.
    const orEarlier = (value: Typed, name: string): Typed => {
      const earlier = input.unmade?.(name);
      return earlier ? typed(`coalesce(${value.sql}, ${asShown(earlier)})`, 'any') : value;
    };
    if (form.kind === 'logfmt') {
      const from = context.stage(`SELECT *, ${logfmtSql(text)} AS ${column} FROM ${input.from}`);
      const unmade = (name: string) => {
        const key = context.parameters.text(name);
        return orEarlier(typed(`if(mapContains(${column}, ${key}), ${column}[${key}], NULL)`, 'any'), name);
      };
      return { ...input, from, unmade };
    }
    if (form.kind === 'csv') {
      const from = context.stage(`SELECT *, ${csvSql(text)} AS ${column} FROM ${input.from}`);
      const item = (index: number) =>
        typed(`if(length(${column}) >= ${index}, toNullable(${column}[${index}]), NULL)`, 'any');
      if (form.names) {
        const values = form.names.map((name, index) => ({ name, value: item(index + 1) }));
        return context.extended({ ...input, from }, values);
      }
      const unmade = (name: string) => {
        const [, index] = COLUMN.exec(name) ?? [];
        return index === undefined ? input.unmade?.(name) : orEarlier(item(Number(index)), name);
      };
      return { ...input, from, unmade };
    }
    const pattern = context.parameters.text(form.pattern);
    const found = form.multi
      ? `arrayJoin(if(empty(extractAllGroupsVertical(${text}, ${pattern})), [emptyArrayString()], extractAllGroupsVertical(${text}, ${pattern})))`
      : `extractGroups(${text}, ${pattern})`;
    const from = context.stage(`SELECT *, ${found} AS ${column} FROM ${input.from}`);
    const added = form.names.map((name, index) => ({
      name,
      value: typed(`if(empty(${column}), NULL, ${column}[${index + 1}])`, 'any'),
    }));
    return context.extended({ ...input, from }, added);
  },
});

/** The field, when one is named: a word for a form is none, unless a pattern stands behind it. */
function parseField(reader: TokenReader, start: number): Expression {
  const message: FieldNode = { ...MESSAGE, span: { start, end: start } };
  if (reader.peek().kind !== 'name') return message;
  if (reader.at(...FORMS)) {
    const after = reader.peekSecond();
    const isField =
      (after.kind === 'name' && !after.quoted && FORMS.includes(after.text.toLowerCase())) ||
      (after.kind === 'symbol' && after.text === '/') ||
      (after.kind === 'string' && !(reader.at('xml') && after.text.startsWith('/')) && !reader.at('json'));
    if (!isField) return message;
  }
  const { text, span } = reader.name();
  return { kind: 'field', name: text, span };
}

function parseForm(reader: TokenReader): ParseForm {
  const word = reader.accept(...FORMS)?.text.toLowerCase();
  if (word === 'logfmt') return { kind: 'logfmt' };
  if (word === 'csv') {
    const names = reader.accept('as') ? parseList(reader, () => reader.name().text) : undefined;
    return { kind: 'csv', names };
  }
  if (word === 'xml') return xmlForm(reader);
  if (word === 'json') return { kind: 'json', paths: jsonForm(reader) };
  const regex = reader.regex();
  if (regex) return regexForm(reader, regex);
  return globForm(reader);
}
