/** Reads and checks a policy document. */
import { MalformedPolicy, type PolicyDocument, type PolicyKind } from './document.ts';
import { readDocument } from './document-json.ts';
import { readIdentityPolicy, syntaxError } from './parse-identity.ts';
import { readResourcePolicy } from './parse-resource.ts';

/**
 * Documents longer than this are refused unread: what IAM takes with all white space (its own quotas do not count it).
 * Nothing else need be bounded: no document can hold more statements, patterns or depth than characters.
 */
export const POLICY_CHARS_MAX = 131_072;
/** S3's quota for a bucket's policy, white space included. (S3 User Guide, "Bucket policies".) */
export const RESOURCE_POLICY_BYTES_MAX = 20_480;

/**
 * @throws {MalformedPolicy} with AWS's sentence; where that says neither what nor where, both follow in brackets
 */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  if (text.length > POLICY_CHARS_MAX) throw new MalformedPolicy(`Policy is longer than ${POLICY_CHARS_MAX} characters`);
  if (kind === 'resource' && Buffer.byteLength(text) > RESOURCE_POLICY_BYTES_MAX) {
    throw new MalformedPolicy('Policy exceeds the maximum allowed document size.');
  }
  const read = readDocument(text);
  if (kind === 'identity') {
    if (read.kind === 'fault') throw syntaxError('Policy', read.fault);
    return readIdentityPolicy(read.object);
  }
  if (read.kind === 'fault') throw new MalformedPolicy(`This policy contains invalid Json (${read.fault})`);
  return readResourcePolicy(read.object, kind);
}
