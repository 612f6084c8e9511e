/**
 * Values out of a form, by schema. Lists are `Name.member.N` (or `Name.N` when flattened), maps
 * `Name.entry.N.key` and `.value`; `Name=` alone is an empty list. Numbers order the items and may have gaps.
 */
import { bug } from '#base';
import { setOwn } from '../own-keys.ts';
import type { ListShape, MapShape, Member } from '../schema.ts';
import { readText } from '../text-values.ts';
import { elementName } from '../xml/names.ts';
import { type FormNode, malformedInput } from './form.ts';

type Values = Record<string, unknown>;

export function readMembers(members: ReadonlyMap<string, Member>, node: FormNode): Values {
  const values: Values = {};
  for (const member of members.values()) {
    const below = node.children.get(elementName(member));
    if (below) setOwn(values, member.name, readNode(member, below));
  }
  return values;
}

function readNode(member: Member, node: FormNode): unknown {
  const { shape } = member;
  const flattened = member.own.xmlFlattened === 1;
  switch (shape.kind) {
    case 'list':
      return readItems(shape, flattened ? node : node.children.get(shape.member.own.xmlName ?? 'member'));
    case 'map':
      return readEntries(shape, flattened ? node : node.children.get('entry'));
    case 'structure':
    case 'union':
      return readMembers(shape.members, node);
    case 'simple':
      return readSimple(member, node.value ?? '');
    default:
      return bug(`the ${shape.kind} ${member.name} in a form`);
  }
}

function readItems(list: ListShape, node: FormNode | undefined): unknown[] {
  return inOrder(node).map((item) => readNode(list.member, item));
}

function readEntries(map: MapShape, node: FormNode | undefined): Values {
  const values: Values = {};
  for (const entry of inOrder(node)) {
    const key = entry.children.get(map.key.own.xmlName ?? 'key')?.value;
    const value = entry.children.get(map.value.own.xmlName ?? 'value');
    if (key === undefined || !value) throw malformedInput('A map entry has no key or no value.');
    setOwn(values, key, readNode(map.value, value));
  }
  return values;
}

function inOrder(node: FormNode | undefined): FormNode[] {
  if (!node) return [];
  const numbered: [number, FormNode][] = [];
  for (const [step, child] of node.children) {
    if (!/^[1-9]\d{0,8}$/.test(step)) throw malformedInput(`'${step.slice(0, 64)}' is not a valid index.`);
    numbered.push([Number(step), child]);
  }
  return numbered.sort(([a], [b]) => a - b).map(([, child]) => child);
}

function readSimple(member: Member, text: string): unknown {
  const value = readText(member, text, 'date-time');
  if (value === undefined) throw malformedInput(`The value of ${member.name} is not valid.`);
  return value;
}
