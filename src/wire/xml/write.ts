/** XML by schema, as text. Absent members are left out; nothing is indented, as AWS writes it. */
import { bug } from '#base';
import type { ListShape, MapShape, Member } from '../schema.ts';
import { timestampFormatOf, writeText } from '../text-values.ts';
import { escapeAttribute, escapeText } from './characters.ts';
import { elementName, itemName, namespaceOf } from './names.ts';
import type { XmlNamespace } from './names.ts';

type Values = Readonly<Record<string, unknown>>;

export interface XmlStyle {
  /** S3 writes moments with three digits of milliseconds, the others only when there are any. */
  readonly milliseconds: boolean;
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const XSI_NIL = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"';

/** One element around finished content. */
export function element(name: string, content: string, attributes = ''): string {
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

export function textElement(name: string, text: string, attributes = ''): string {
  return element(name, escapeText(text), attributes);
}

/** ` xmlns="…"`, or nothing. */
export function namespaceAttribute(namespace: XmlNamespace | undefined): string {
  if (!namespace) return '';
  const [prefix, uri] = namespace;
  return ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeAttribute(uri)}"`;
}

/** The attributes and the content of a structure's or union's element. */
export function writeMembers(
  members: ReadonlyMap<string, Member>,
  values: Values,
  style: XmlStyle,
): { attributes: string; content: string } {
  let attributes = '';
  let content = '';
  for (const member of members.values()) {
    if (!Object.hasOwn(values, member.name)) continue;
    const value = values[member.name];
    if (value === undefined || value === null) continue;
    if (member.own.xmlAttribute === 1) {
      attributes += ` ${elementName(member)}="${escapeAttribute(simpleText(member, value, style))}"`;
    } else {
      content += writeMember(member, value, style);
    }
  }
  return { attributes, content };
}

function writeMember(member: Member, value: unknown, style: XmlStyle): string {
  const { shape } = member;
  if (member.own.xmlFlattened === 1 && shape.kind === 'list') {
    return writeItems(shape, value as readonly unknown[], member, style);
  }
  if (member.own.xmlFlattened === 1 && shape.kind === 'map') {
    return writeEntries(
      shape,
      value as Values,
      elementName(member),
      namespaceAttribute(namespaceOf(member.own)),
      style,
    );
  }
  return writeElement(elementName(member), member, value, style);
}

/** One member's value as an element of the given name. */
export function writeElement(name: string, member: Member, value: unknown, style: XmlStyle): string {
  const { shape } = member;
  const namespace = namespaceAttribute(namespaceOf(member.own));
  switch (shape.kind) {
    case 'list':
      return element(name, writeItems(shape, value as readonly unknown[], undefined, style), namespace);
    case 'map':
      return element(name, writeEntries(shape, value as Values, 'entry', '', style), namespace);
    case 'structure':
    case 'union': {
      const { attributes, content } = writeMembers(shape.members, value as Values, style);
      return element(name, content, namespace + attributes);
    }
    case 'simple':
      return element(name, escapeText(simpleText(member, value, style)), namespace);
    default:
      return bug(`the ${shape.kind} ${name} in XML`);
  }
}

/** `flattened` is the member whose elements the items are themselves, when they are. */
function writeItems(
  list: ListShape,
  items: readonly unknown[],
  flattened: Member | undefined,
  style: XmlStyle,
): string {
  const name = itemName(list, flattened ?? { ...list.member, own: {} });
  const item = flattened && !list.member.own.xmlNamespace ? { ...list.member, own: flattened.own } : list.member;
  let content = '';
  for (const value of items) {
    if (value !== null && value !== undefined) content += writeElement(name, item, value, style);
    else if (list.traits.sparse === 1) content += element(name, '', XSI_NIL);
  }
  return content;
}

function writeEntries(map: MapShape, values: Values, name: string, namespace: string, style: XmlStyle): string {
  const keyName = map.key.own.xmlName ?? 'key';
  const valueName = map.value.own.xmlName ?? 'value';
  let content = '';
  for (const [key, value] of Object.entries(values)) {
    const absent = value === null || value === undefined;
    if (absent && map.traits.sparse !== 1) continue;
    const written = absent ? element(valueName, '', XSI_NIL) : writeElement(valueName, map.value, value, style);
    content += element(name, writeElement(keyName, map.key, key, style) + written, namespace);
  }
  return content;
}

function simpleText(member: Member, value: unknown, style: XmlStyle): string {
  if (style.milliseconds && value instanceof Date && timestampFormatOf(member, 'date-time') === 'date-time') {
    return value.toISOString();
  }
  return writeText(member, value, 'date-time');
}
