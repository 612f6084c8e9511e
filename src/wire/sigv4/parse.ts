/**
 * Reads who a request says it is from: the Authorization header, the query of a presigned URL, or nothing.
 * Only form is judged here; `verify.ts` judges truth.
 */
import { createHash } from 'node:crypto';
import type { RequestHead } from '../types.ts';
import { splitTarget } from './canonical.ts';
import { AuthenticationFailure } from './failure.ts';
import type { Scope } from './signing-keys.ts';
import { formatBasicIso, parseBasicIso } from './timestamps.ts';

/** An Authorization header longer than this is refused unread. */
const AUTHORIZATION_CHARS_MAX = 16_384;
/** Signed headers at most: a request has no more headers than this anyway. */
const SIGNED_HEADERS_MAX = 256;
/** A presigned request without X-Amz-Expires lives as long as the clock skew allows (no service documents more). */
export const EXPIRES_SECONDS_DEFAULT = 300;
/** AWS's bound for X-Amz-Expires: seven days. */
const EXPIRES_SECONDS_MAX = 604_800;

const ALGORITHM = 'AWS4-HMAC-SHA256';

interface SignedParts extends Scope {
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string;
  /** `20150830T123600Z`: what was signed as the request's time. */
  readonly timestamp: string;
  readonly timestampMs: number;
  readonly sessionToken: string | undefined;
  /** The declared hash of the body, or one of S3's markers: `x-amz-content-sha256`, for presigned requests also in the query. */
  readonly contentSha256: string | undefined;
}
export interface HeaderAuthorization extends SignedParts {
  readonly kind: 'header';
}
export interface PresignedAuthorization extends SignedParts {
  readonly kind: 'presigned';
  /** X-Amz-Expires; S3 requires it, others take {@link EXPIRES_SECONDS_DEFAULT}. */
  readonly expiresSeconds: number | undefined;
}
export type SignedAuthorization = HeaderAuthorization | PresignedAuthorization;
export interface BearerAuthorization {
  readonly kind: 'bearer';
  readonly token: string;
}
export type ParsedAuthorization = SignedAuthorization | BearerAuthorization | { readonly kind: 'anonymous' };

/**
 * @throws {AuthenticationFailure} `unsupported`, `ambiguous`, `incomplete` or `malformed`
 */
export function parseAuthorization(head: RequestHead): ParsedAuthorization {
  const header = head.headers['authorization'];
  const { query } = splitTarget(head.target);
  const presigned = query.includes('X-Amz-') ? signatureParameters(query) : undefined;
  if (header === undefined) {
    if (presigned) return fromQuery(presigned, head);
    // Version 2 of presigning: botocore's default for S3 in us-east-1. Told apart from a request that nobody signed.
    if (/(?:^|&)AWSAccessKeyId=/.test(query) && /(?:^|&)Signature=/.test(query)) {
      throw new AuthenticationFailure('unsupported');
    }
    return { kind: 'anonymous' };
  }
  if (header.length > AUTHORIZATION_CHARS_MAX) throw new AuthenticationFailure('unsupported');
  if (presigned) {
    throw new AuthenticationFailure(
      'ambiguous',
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    );
  }
  const bearer = /^Bearer +(\S+) *$/i.exec(header);
  if (bearer) return { kind: 'bearer', token: bearer[1] ?? '' };
  if (!header.startsWith(ALGORITHM)) throw new AuthenticationFailure('unsupported');
  return fromHeader(header, head);
}

function fromHeader(header: string, head: RequestHead): HeaderAuthorization {
  const parameters = new Map<string, string>();
  for (const part of header.slice(ALGORITHM.length).split(',')) {
    const text = part.trim();
    const at = text.indexOf('=');
    if (at > 0) parameters.set(text.slice(0, at), text.slice(at + 1));
  }
  const credential = parameters.get('Credential');
  const signature = parameters.get('Signature');
  const signedHeaders = parameters.get('SignedHeaders');
  const timestamp = headerTimestamp(head);
  if (!credential || !signature || !signedHeaders || timestamp === undefined) {
    const lacking: string[] = [];
    if (!credential) lacking.push("Authorization header requires 'Credential' parameter.");
    if (!signature) lacking.push("Authorization header requires 'Signature' parameter.");
    if (!signedHeaders) lacking.push("Authorization header requires 'SignedHeaders' parameter.");
    if (timestamp === undefined) {
      lacking.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
    }
    // The header is told by its hash only, as AWS does since 2023: it may hold what should not be printed.
    const hash = createHash('sha256').update(header).digest('base64');
    throw new AuthenticationFailure(
      'incomplete',
      `${lacking.join(' ')} (Hashed with SHA-256 and encoded with Base64) Authorization=${hash}`,
    );
  }
  return {
    kind: 'header',
    ...credentialParts(credential),
    signedHeaders: headerNames(signedHeaders),
    signature: signatureText(signature),
    ...timestamp,
    sessionToken: head.headers['x-amz-security-token'],
    contentSha256: head.headers['x-amz-content-sha256']?.trim(),
  };
}

function headerTimestamp(head: RequestHead): { timestamp: string; timestampMs: number } | undefined {
  const amzDate = head.headers['x-amz-date'];
  if (amzDate !== undefined) return checkedTimestamp(amzDate.trim());
  const date = head.headers['date'];
  if (date === undefined) return undefined;
  const basic = parseBasicIso(date.trim());
  const timeMs = basic ?? Date.parse(date);
  if (Number.isNaN(timeMs) || Math.abs(timeMs) > 8.64e15 || new Date(timeMs).getUTCFullYear() > 9999) {
    throw new AuthenticationFailure('malformed', dateFormatText(date));
  }
  return { timestamp: formatBasicIso(timeMs), timestampMs: timeMs };
}

function checkedTimestamp(text: string): { timestamp: string; timestampMs: number } {
  const timestampMs = parseBasicIso(text);
  if (timestampMs === undefined) throw new AuthenticationFailure('malformed', dateFormatText(text));
  return { timestamp: text, timestampMs };
}

function dateFormatText(text: string): string {
  return `Date must be in ISO-8601 'basic format'. Got '${text.slice(0, 64)}'. See http://en.wikipedia.org/wiki/ISO_8601`;
}

const QUERY_PARAMETERS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  'X-Amz-Date',
] as const;

/** The X-Amz-* parameters of a query, or undefined when the query carries no signature at all. */
function signatureParameters(query: string): Map<string, string> | undefined {
  const found = new Map<string, string>();
  for (const pair of query.split('&')) {
    if (!pair.startsWith('X-Amz-')) continue;
    const at = pair.indexOf('=');
    found.set(at < 0 ? pair : pair.slice(0, at), at < 0 ? '' : decoded(pair.slice(at + 1)));
  }
  return QUERY_PARAMETERS.slice(0, 3).some((name) => found.has(name)) ? found : undefined;
}

function fromQuery(parameters: ReadonlyMap<string, string>, head: RequestHead): PresignedAuthorization {
  const lacking = QUERY_PARAMETERS.filter((name) => !parameters.get(name));
  if (lacking.length > 0) {
    const sentences = lacking.map((name) => `AWS query-string parameters must include '${name}'.`);
    throw new AuthenticationFailure('incomplete', `${sentences.join(' ')} Re-examine the query-string parameters.`);
  }
  const parameter = (name: string): string => parameters.get(name) ?? '';
  if (parameter('X-Amz-Algorithm') !== ALGORITHM) throw new AuthenticationFailure('unsupported');
  return {
    kind: 'presigned',
    ...credentialParts(parameter('X-Amz-Credential')),
    signedHeaders: headerNames(parameter('X-Amz-SignedHeaders')),
    signature: signatureText(parameter('X-Amz-Signature')),
    ...checkedTimestamp(parameter('X-Amz-Date')),
    expiresSeconds: expiresSeconds(parameters.get('X-Amz-Expires')),
    sessionToken: parameters.get('X-Amz-Security-Token'),
    contentSha256: head.headers['x-amz-content-sha256']?.trim() ?? parameters.get('X-Amz-Content-Sha256'),
  };
}

function expiresSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,12}$/.test(text)) throw new AuthenticationFailure('malformed', 'X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds > EXPIRES_SECONDS_MAX) {
    throw new AuthenticationFailure(
      'malformed',
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  return seconds;
}

function credentialParts(credential: string): Scope & { accessKeyId: string } {
  const parts = credential.split('/');
  const [accessKeyId, date, region, service, terminator] = parts.slice(-5);
  if (
    parts.length !== 5 ||
    !accessKeyId ||
    !/^[\w-]{1,128}$/.test(accessKeyId) ||
    !/^[a-z0-9-]{1,64}$/.test(region ?? '') ||
    !/^[a-zA-Z0-9._-]{1,64}$/.test(service ?? '')
  ) {
    throw new AuthenticationFailure(
      'malformed',
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
        `${credential.slice(0, 256)}'`,
    );
  }
  if (terminator !== 'aws4_request') {
    throw new AuthenticationFailure(
      'scope',
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${(terminator ?? '').slice(0, 64)}'.`,
    );
  }
  return { accessKeyId, date: date ?? '', region: region ?? '', service: service ?? '' };
}

function headerNames(text: string): readonly string[] {
  const names = text.toLowerCase().split(';');
  if (names.length > SIGNED_HEADERS_MAX || names.some((name) => name === '')) {
    throw new AuthenticationFailure('malformed', 'SignedHeaders must be a semicolon-separated list of header names.');
  }
  return names;
}

function signatureText(text: string): string {
  // A signature of another form cannot be right, and is told as a wrong one.
  if (!/^[0-9a-f]{64}$/.test(text)) throw new AuthenticationFailure('bad-signature');
  return text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AuthenticationFailure('malformed', 'The query string is not properly percent-encoded.');
  }
}
