/** The XML body codec of one service: bodies and payloads of restXml, for the HTTP bindings and for events. */
import { bug } from '#base';
import type { BodyCodec } from '../codec.ts';
import { ApiError } from '../errors.ts';
import type { Member, ServiceMetadata, StructureShape } from '../schema.ts';
import { namespaceOf, rootName } from './names.ts';
import type { XmlNamespace } from './names.ts';
import { parseXml, type XmlElement, XmlSyntaxError } from './parse.ts';
import { readElement, readMembers } from './read.ts';
import { element, namespaceAttribute, writeElement, writeMembers, XML_DECLARATION } from './write.ts';
import type { XmlStyle } from './write.ts';

/** S3's words for every body it cannot read. */
export function malformedXml(): ApiError {
  return new ApiError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    { status: 400 },
  );
}

/** Runs a reader; whatever it finds wrong becomes MalformedXML. */
export function readingXml<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof XmlSyntaxError) throw malformedXml();
    throw error;
  }
}

/** True for S3 itself: errors without wrapper, milliseconds, the unwrapped GetBucketLocation. */
export function isS3(service: ServiceMetadata): boolean {
  return service.namespace === 'com.amazonaws.s3';
}

const CODECS = new WeakMap<ServiceMetadata, XmlCodec>();

export function xmlCodecOf(service: ServiceMetadata): XmlCodec {
  let codec = CODECS.get(service);
  if (!codec) CODECS.set(service, (codec = new XmlCodec(service)));
  return codec;
}

export class XmlCodec implements BodyCodec {
  /** Writes the members of an error's structure without any element around them. */
  readonly ofErrors: BodyCodec;
  readonly contentType = 'application/xml';
  readonly style: XmlStyle;
  /** The service's namespace: on every root that has none of its own. */
  readonly namespace: XmlNamespace | undefined;

  constructor(service: ServiceMetadata) {
    this.style = { milliseconds: isS3(service) };
    this.namespace = service.xmlNamespace === undefined ? undefined : ['', service.xmlNamespace];
    this.ofErrors = {
      contentType: this.contentType,
      readStructure: (...read) => this.readStructure(...read),
      readPayload: (...read) => this.readPayload(...read),
      writePayload: (...write) => this.writePayload(...write),
      refuse: (detail) => this.refuse(detail),
      writeStructure: (_shape, members, value) => writeMembers(members, value, this.style).content,
    };
  }

  readStructure(shape: StructureShape, members: ReadonlyMap<string, Member>, body: Buffer): Record<string, unknown> {
    if (body.length === 0) return {};
    return readingXml(() => readMembers(members, rooted(body, rootName(shape))));
  }

  readPayload(member: Member, body: Buffer): unknown {
    const { shape } = member;
    if (shape.kind !== 'structure' && shape.kind !== 'union') return bug(`an XML payload that is a ${shape.kind}`);
    return readingXml(() => readElement(member, rooted(body, rootName(shape, member))));
  }

  writeStructure(
    shape: StructureShape,
    members: ReadonlyMap<string, Member>,
    value: Readonly<Record<string, unknown>>,
  ): string {
    const { attributes, content } = writeMembers(members, value, this.style);
    const namespace = namespaceAttribute(namespaceOf(shape.traits) ?? this.namespace);
    return XML_DECLARATION + element(rootName(shape), content, namespace + attributes);
  }

  writePayload(member: Member, value: unknown): string {
    const { shape } = member;
    if (shape.kind !== 'structure' && shape.kind !== 'union') return bug(`an XML payload that is a ${shape.kind}`);
    const namespace = namespaceOf(member.own) ?? namespaceOf(shape.traits) ?? this.namespace;
    const own = namespace ? { ...member.own, xmlNamespace: namespace } : member.own;
    return XML_DECLARATION + writeElement(rootName(shape, member), { ...member, own }, value, this.style);
  }

  /** For what stands beside the body, in headers, labels and the query: S3's InvalidArgument. */
  refuse(detail: string): ApiError {
    return new ApiError('InvalidArgument', detail, { status: 400 });
  }
}

function rooted(body: Buffer, name: string): XmlElement {
  const root = parseXml(body);
  if (root.name !== name) throw new XmlSyntaxError('the root has another name');
  return root;
}
