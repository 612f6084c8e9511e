/**
 * restXml: S3 and nothing else today. HTTP bindings as in restJson1, bodies in XML.
 * S3's own ways: errors have no `ErrorResponse` around them, GetBucketLocation answers with the bare constraint.
 */
import { createHash } from 'node:crypto';
import type { DecodeContext, EncodableError, EncodedOutput, WireInput } from './codec.ts';
import { bindRequestMembers, bindResponseMembers } from './http-bindings.ts';
import type { Route, WireResponse } from './types.ts';
import { isS3, xmlCodecOf } from './xml/codec.ts';
import type { XmlCodec } from './xml/codec.ts';
import { messageElement, unmodelledMembers } from './xml/errors.ts';
import { element, namespaceAttribute, textElement, XML_DECLARATION } from './xml/write.ts';

/** Reads a restXml request. @throws ApiError `MalformedXML` and what the HTTP bindings throw. */
export function decodeRestXml(context: DecodeContext): WireInput {
  return bindRequestMembers(context, xmlCodecOf(context.route.service.metadata));
}

export function encodeRestXml(
  route: Route,
  output: Readonly<Record<string, unknown>>,
  _requestId: string,
): EncodedOutput {
  const { metadata } = route.service;
  const codec = xmlCodecOf(metadata);
  if (route.operation.name === 'GetBucketLocation' && isS3(metadata)) return encodeLocation(output, codec);
  const { output: shape } = route.operation;
  // A structure without members has no body: not even an empty element, where restJson1 has `{}`.
  if (shape.kind === 'unit' || shape.members.size === 0) return { headers: {}, body: undefined };
  return bindResponseMembers(shape, output, codec);
}

/** `s3UnwrappedXmlOutput`: the root is the constraint itself, empty for us-east-1. (Source: S3 GetBucketLocation.) */
function encodeLocation(output: Readonly<Record<string, unknown>>, codec: XmlCodec): EncodedOutput {
  const constraint = output['LocationConstraint'];
  const text = typeof constraint === 'string' ? constraint : '';
  const root = textElement('LocationConstraint', text, namespaceAttribute(codec.namespace));
  return { headers: { 'content-type': codec.contentType }, body: XML_DECLARATION + root };
}

/** Encodes an error; `route` is undefined when nothing is known but that the caller speaks to S3. */
export function encodeRestXmlError(route: Route | undefined, error: EncodableError, requestId: string): WireResponse {
  const s3 = route === undefined || isS3(route.service.metadata);
  const codec = route && xmlCodecOf(route.service.metadata);
  const bound = error.shape && codec ? bindResponseMembers(error.shape, error.members, codec.ofErrors) : undefined;
  const headers = bound?.headers ?? {};
  const modelled = typeof bound?.body === 'string' ? bound.body : '';
  const named = textElement('Code', error.code) + messageElement(error) + modelled + unmodelledMembers(error);
  const all = { ...headers, 'content-type': 'application/xml' };
  if (s3) {
    const hostId = hostIdOf(requestId);
    const ids = textElement('RequestId', requestId) + textElement('HostId', hostId);
    const body = XML_DECLARATION + element('Error', named + ids);
    return { status: error.status, headers: { ...all, 'x-amz-id-2': hostId }, body };
  }
  const type = textElement('Type', error.fault === 'client' ? 'Sender' : 'Receiver');
  const content = element('Error', type + named) + textElement('RequestId', requestId);
  const body = XML_DECLARATION + element('ErrorResponse', content, namespaceAttribute(codec?.namespace));
  return { status: error.status, headers: all, body };
}

/** Opaque, as S3's is; made of the request id so that it needs no state. */
function hostIdOf(requestId: string): string {
  return createHash('sha512').update(requestId).digest('base64');
}
