/** Values out of parsed XML, by schema. Unknown elements are ignored, as AWS's own readers do. */
import { bug } from '#base';
import type { ListShape, MapShape, Member } from '../schema.ts';
import { setOwn } from '../own-keys.ts';
import { readText } from '../text-values.ts';
import { elementName, itemName } from './names.ts';
import { type XmlElement, XmlSyntaxError } from './parse.ts';

type Values = Record<string, unknown>;

/** Reads the members of a structure or union from an element. @throws XmlSyntaxError for values of the wrong type. */
export function readMembers(members: ReadonlyMap<string, Member>, element: XmlElement): Values {
  const children = Map.groupBy(element.children, (child) => child.name);
  const values: Values = {};
  for (const member of members.values()) {
    const value = readMember(member, element, children);
    if (value !== undefined) setOwn(values, member.name, value);
  }
  return values;
}

function readMember(
  member: Member,
  element: XmlElement,
  children: ReadonlyMap<string, readonly XmlElement[]>,
): unknown {
  const name = elementName(member);
  if (member.own.xmlAttribute === 1) {
    const text = attributeOf(element, name);
    return text === undefined ? undefined : readSimple(member, text);
  }
  const found = children.get(name.slice(name.indexOf(':') + 1));
  if (found?.[0] === undefined) return undefined;
  if (member.own.xmlFlattened === 1 && member.shape.kind === 'list') return readItems(member.shape, found);
  if (member.own.xmlFlattened === 1 && member.shape.kind === 'map') return readEntries(member.shape, found);
  return readElement(member, found[0]);
}

/** Reads the value of one member from the element that stands for it. */
export function readElement(member: Member, element: XmlElement): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'list': {
      const name = itemName(shape, { ...member, own: {} });
      return readItems(
        shape,
        element.children.filter((child) => child.name === name),
      );
    }
    case 'map':
      return readEntries(
        shape,
        element.children.filter((child) => child.name === 'entry'),
      );
    case 'structure':
    case 'union':
      return readMembers(shape.members, element);
    case 'simple':
      if (element.children.length > 0) throw new XmlSyntaxError(`elements within ${member.name}`);
      return readSimple(member, element.text);
    default:
      return bug(`the ${shape.kind} ${member.name} in XML`);
  }
}

function readItems(list: ListShape, elements: readonly XmlElement[]): unknown[] {
  const sparse = list.traits.sparse === 1;
  const items: unknown[] = [];
  for (const element of elements) items.push(sparse && isNil(element) ? null : readElement(list.member, element));
  return items;
}

function readEntries(map: MapShape, entries: readonly XmlElement[]): Values {
  const sparse = map.traits.sparse === 1;
  const values: Values = {};
  for (const entry of entries) {
    const key = childOf(entry, map.key.own.xmlName ?? 'key');
    const value = childOf(entry, map.value.own.xmlName ?? 'value');
    if (!key || !value) throw new XmlSyntaxError('a map entry without key or value');
    setOwn(values, key.text, sparse && isNil(value) ? null : readElement(map.value, value));
  }
  return values;
}

function readSimple(member: Member, text: string): unknown {
  const value = readText(member, text, 'date-time');
  if (value === undefined) throw new XmlSyntaxError(`the value of ${member.name}`);
  return value;
}

function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** An attribute by its modelled name; a client may bind the namespace to another prefix. */
function attributeOf(element: XmlElement, name: string): string | undefined {
  const exact = element.attributes.get(name);
  const local = name.slice(name.indexOf(':') + 1);
  if (exact !== undefined || local === name) return exact;
  for (const [each, value] of element.attributes) {
    if (!each.startsWith('xmlns:') && each.endsWith(`:${local}`)) return value;
  }
  return undefined;
}

function isNil(element: XmlElement): boolean {
  return attributeOf(element, 'xsi:nil') === 'true';
}
