/**
 * `parse xml '/a/b' as x`: the first element at the path, as XPath's string value (the text in it, that of its children
 * included), or an attribute. Steps are names, `name[@attribute="value"]`, and at the end `@attribute` or `text()`.
 *
 * In SQL: the tags of a text are folded with the depth, and how many steps of the path lead to where it is.
 */
import type { CompileContext } from '../../compile/context.ts';
import { MalformedQuery, type Span } from '../../errors.ts';
import { parseList, type TokenReader } from '../../syntax/index.ts';
import type { ParseForm } from './parse.ts';

export interface XmlPath {
  readonly steps: readonly XmlStep[];
  /** Whose value it is; undefined: the text of the last step's element. */
  readonly attribute: string | undefined;
}

interface XmlStep {
  readonly element: string;
  readonly where: { readonly attribute: string; readonly value: string } | undefined;
}

/** Tags of a text that are looked at. */
const TAGS_MAX = 10_000;
const STEPS_MAX = 50;
const STEP = /^([A-Za-z_][\w.:-]*)(?:\[@([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')\])?$/;
const ATTRIBUTE = /^@([A-Za-z_][\w.:-]*)$/;

export function xmlForm(reader: TokenReader): Extract<ParseForm, { readonly kind: 'xml' }> {
  const paths = parseList(reader, () => {
    const { text, span } = reader.string();
    reader.expect('as');
    return { path: xmlPath(text, span), name: reader.name().text };
  });
  return { kind: 'xml', paths };
}

/** @throws {MalformedQuery} for what of XPath is not here */
function xmlPath(text: string, span: Span): XmlPath {
  const wrong = new MalformedQuery(
    'A path of XML is written like "/a/b", "/a/b[@name=\'x\']/c", "/a/@b"; other XPath is not supported.',
    span,
  );
  const [first, ...parts] = text.split('/');
  if (first !== '') throw wrong;
  if (parts.at(-1) === 'text()') parts.pop();
  const attribute = ATTRIBUTE.exec(parts.at(-1) ?? '')?.[1];
  if (attribute !== undefined) parts.pop();
  if (parts.length === 0 || parts.length > STEPS_MAX) throw wrong;
  const steps = parts.map((part): XmlStep => {
    const [, element, name, double, single] = STEP.exec(part) ?? [];
    if (element === undefined) throw wrong;
    return { element, where: name === undefined ? undefined : { attribute: name, value: double ?? single ?? '' } };
  });
  return { steps, attribute };
}

const NAME = String.raw`[A-Za-z_][\w.:-]*`;
const TAG = String.raw`<(/?)(${NAME})((?:\s+${NAME}\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>([^<]*)`;
/** Comments, instructions and the document type; of CDATA its text stays. */
const ASIDE = String.raw`(?s)<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>]*>|<!\[CDATA\[|\]\]>`;

/** Nullable(String). */
export function xmlSql(text: string, { steps, attribute }: XmlPath, { parameters }: CompileContext): string {
  const elements = parameters.bind(
    steps.map(({ element }) => element),
    'Array(String)',
  );
  const wheres = parameters.bind(
    steps.map(({ where }) => (where ? `${attributeStart(where.attribute)}["']${escaped(where.value)}["']` : '')),
    'Array(String)',
  );
  const tags = `arraySlice(extractAllGroupsVertical(replaceRegexpAll(${text}, ${parameters.text(ASIDE)}, ''), ${parameters.text(TAG)}), 1, ${TAGS_MAX})`;
  const [closing, name, attributes, empty, after] = ['x[1]', 'x[2]', 'x[3]', 'x[4]', 'x[5]'];
  // The state: depth, steps that lead here, whether it was found (1: inside of it, 2: past it), its text.
  const [depth, led, found, value] = ['a.1', 'a.2', 'a.3', 'a.4'];
  const state = (...values: readonly string[]): string =>
    `CAST((${values.join(', ')}), 'Tuple(Int64, Int64, Int64, String)')`;
  const fits = `(${led} = ${depth} AND ${name} = ${elements}[${led} + 1] AND match(${attributes}, ${wheres}[${led} + 1]))`;
  const inside = `if(${found} = 1, concat(${value}, ${after}), ${value})`;
  const wanted = attribute === undefined ? '' : attributeStart(attribute);
  const enters = `(${found} = 0 AND ${led} = ${steps.length - 1} AND ${fits} AND match(${attributes}, ${parameters.text(wanted)}))`;
  const quoted = `extract(${attributes}, ${parameters.text(`${wanted}("[^"]*"|'[^']*')`)})`;
  const [own, foundNow] =
    attribute === undefined
      ? [`if(${empty} = '/', '', ${after})`, '1']
      : [`substring(${quoted}, 2, length(${quoted}) - 2)`, '2'];
  const gathered = `if(${enters}, ${own}, ${inside})`;
  const opened = state(`${depth} + 1`, `${led} + ${fits}`, `if(${enters}, ${foundNow}, ${found})`, gathered);
  const emptied = state(depth, led, `if(${enters}, 2, ${found})`, gathered);
  const leaves = `(${found} = 1 AND ${depth} = ${steps.length})`;
  const closed = state(
    `${depth} - 1`,
    `least(${led}, ${depth} - 1)`,
    `if(${leaves}, 2, ${found})`,
    `if(${leaves}, ${value}, ${inside})`,
  );
  const step = `multiIf(${closing} = '/', ${closed}, ${empty} = '/', ${emptied}, ${opened})`;
  const folded = `arrayFold((a, x) -> ${step}, ${tags}, ${state('0', '0', '0', "''")})`;
  return `arrayMap(f -> if(f.3 > 0, decodeXMLComponent(trimBoth(f.4)), NULL), [${folded}])[1]`;
}

/** An attribute up to its value. */
function attributeStart(attribute: string): string {
  return `\\s${escaped(attribute)}\\s*=\\s*`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
