/**
 * awsQuery (IAM, STS): a form in, XML out.
 * The form comes in the body, or in the URL of a GET (presigned GetCallerIdentity is one).
 */
import type { DecodeContext, EncodableError, EncodedOutput, WireInput } from './codec.ts';
import { parseForm } from './query/form.ts';
import { readMembers } from './query/read.ts';
import type { ServiceMetadata } from './schema.ts';
import type { Route, WireResponse } from './types.ts';
import { messageElement, modelledMembers, unmodelledMembers } from './xml/errors.ts';
import { element, namespaceAttribute, textElement, writeMembers } from './xml/write.ts';

const STYLE = { milliseconds: false };
const CONTENT_TYPE = 'text/xml';

/**
 * Reads the form into the operation's input; `Action` and `Version` are the router's.
 * @throws ApiError `MalformedInput` when the form or a value cannot be read.
 */
export function decodeQuery(context: DecodeContext): WireInput {
  const { input } = context.route.operation;
  if (input.kind === 'unit') return {};
  return readMembers(input.members, parseForm(formOf(context)));
}

function formOf(context: DecodeContext): string {
  if (context.head.method !== 'GET') return context.body.toString('utf8');
  const { target } = context.head;
  const mark = target.indexOf('?');
  return mark < 0 ? '' : target.slice(mark + 1);
}

/** `<XResponse xmlns><XResult>…</XResult><ResponseMetadata><RequestId/></ResponseMetadata></XResponse>`. */
export function encodeQuery(route: Route, output: Readonly<Record<string, unknown>>, requestId: string): EncodedOutput {
  const { name, output: shape } = route.operation;
  let result = '';
  if (shape.kind !== 'unit') {
    const { attributes, content } = writeMembers(shape.members, output, STYLE);
    result = element(`${name}Result`, content, attributes);
  }
  const metadata = element('ResponseMetadata', textElement('RequestId', requestId));
  const body = element(`${name}Response`, result + metadata, namespace(route.service.metadata));
  return { headers: { 'content-type': CONTENT_TYPE }, body };
}

/** `<ErrorResponse xmlns><Error><Type/><Code/><Message/>…</Error><RequestId/></ErrorResponse>`. */
export function encodeQueryError(route: Route | undefined, error: EncodableError, requestId: string): WireResponse {
  const code = error.shape?.traits.awsQueryError?.[0] ?? error.code;
  const content =
    textElement('Type', error.fault === 'client' ? 'Sender' : 'Receiver') +
    textElement('Code', code) +
    messageElement(error) +
    modelledMembers(error, STYLE) +
    unmodelledMembers(error);
  const body = element('Error', content) + textElement('RequestId', requestId);
  return {
    status: error.status,
    headers: { 'content-type': CONTENT_TYPE },
    body: element('ErrorResponse', body, route ? namespace(route.service.metadata) : ''),
  };
}

function namespace(service: ServiceMetadata): string {
  return namespaceAttribute(service.xmlNamespace === undefined ? undefined : ['', service.xmlNamespace]);
}
