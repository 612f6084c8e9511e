/**
 * Request metadata: what callers may say about a call for its record (bedrock-invocation-log.md §1.6).
 * Converse has a member for it; InvokeModel a header, which must be covered by the signature.
 */
import { ApiError } from '#wire';
import type { CallContext } from '../service.ts';
import { METADATA_HEADER } from './invoke.ts';

const HEADER_CHARS_MAX = 8_500;
const ENTRIES_MAX = 16;
const CHARS = /^[a-zA-Z0-9\s:_@$#=/+,\-.]*$/;
const CHARS_MAX = 256;

type Metadata = Readonly<Record<string, string>>;

/**
 * The metadata of an InvokeModel call, from its header.
 * @throws {ApiError} InvalidSignatureException when the header is not signed, ValidationException when it breaks a rule
 */
export function metadataOfHeader({ headers, signedHeaders, caller }: CallContext): Metadata | undefined {
  const text = headers[METADATA_HEADER];
  if (text === undefined) return undefined;
  if (caller.bearer === undefined && !signedHeaders.has(METADATA_HEADER)) {
    throw new ApiError('InvalidSignatureException', `The header ${METADATA_HEADER} must be signed.`, { status: 403 });
  }
  if (text.length > HEADER_CHARS_MAX)
    throw refusal(`the header must have length less than or equal to ${HEADER_CHARS_MAX}`);
  return checked(parsed(text));
}

/** The metadata of a Converse call, from its member. @throws {ApiError} ValidationException */
export function metadataOfMember(metadata: Metadata | undefined): Metadata | undefined {
  return metadata && checked(metadata);
}

function parsed(text: string): Metadata {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refusal('the header must be a JSON object of strings');
  }
  const isStrings =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === 'string');
  if (!isStrings) throw refusal('the header must be a JSON object of strings');
  return value as Metadata;
}

function checked(metadata: Metadata): Metadata | undefined {
  const entries = Object.entries(metadata);
  if (entries.length > ENTRIES_MAX) throw refusal(`it must have at most ${ENTRIES_MAX} entries`);
  for (const [key, value] of entries) {
    if (key === '' || key.length > CHARS_MAX || !CHARS.test(key))
      throw refusal('a key must have 1 to 256 of the allowed characters');
    if (value.length > CHARS_MAX || !CHARS.test(value))
      throw refusal('a value must have at most 256 of the allowed characters');
  }
  return entries.length === 0 ? undefined : metadata;
}

function refusal(why: string): ApiError {
  return new ApiError('ValidationException', `Invalid request metadata: ${why}.`, { status: 400 });
}
