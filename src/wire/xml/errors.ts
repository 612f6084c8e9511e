/** Members of errors in XML, the same for restXml and awsQuery. */
import type { EncodableError } from '../codec.ts';
import { textElement, writeMembers } from './write.ts';
import type { XmlStyle } from './write.ts';

/** Errors without a text have no element for it. */
export function messageElement(error: EncodableError): string {
  return error.message === '' ? '' : textElement('Message', error.message);
}

/** The members that the model knows, as elements. */
export function modelledMembers(error: EncodableError, style: XmlStyle): string {
  return error.shape ? writeMembers(error.shape.members, error.members, style).content : '';
}

/** The members that the model does not know, as text: S3 says `<Key>` in NoSuchKey, its model does not. */
export function unmodelledMembers(error: EncodableError): string {
  let content = '';
  for (const [name, value] of Object.entries(error.members)) {
    if (error.shape?.members.has(name) || value === undefined || value === null) continue;
    content += textElement(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return content;
}
