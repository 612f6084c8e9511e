/**
 * Element names and namespaces by Smithy's XML rules: a member is named by its own `xmlName`, never by its target's;
 * a document's root by the payload member's, else the structure's `xmlName`, else the structure's name.
 */
import type { ListShape, Member, StructureShape, Traits } from '../schema.ts';

export type XmlNamespace = readonly [prefix: string, uri: string];

export function elementName(member: Member): string {
  return member.own.xmlName ?? member.name;
}

/** The name of one list item's element: of the list's member, or of the list itself when it is flattened. */
export function itemName(list: ListShape, member: Member): string {
  return member.own.xmlFlattened === 1 ? elementName(member) : (list.member.own.xmlName ?? 'member');
}

export function rootName(shape: StructureShape, payload?: Member): string {
  return payload?.own.xmlName ?? shape.traits.xmlName ?? shape.name;
}

export function namespaceOf(traits: Traits): XmlNamespace | undefined {
  return traits.xmlNamespace;
}
