/** What a signed request claims besides its signature: time, scope, and which headers are covered. */
import type { RequestHead } from '../types.ts';
import { headerValue, type PathRule } from './canonical.ts';
import { AuthenticationFailure } from './failure.ts';
import { EXPIRES_SECONDS_DEFAULT, type PresignedAuthorization, type SignedAuthorization } from './parse.ts';
import { formatBasicIso } from './timestamps.ts';

const SKEW_MS_S3 = 15 * 60_000;
const SKEW_MS = 5 * 60_000;

/** @throws {AuthenticationFailure} `unsigned-header` */
export function checkSignedHeaders(parsed: SignedAuthorization, head: RequestHead, rule: PathRule): void {
  const { signedHeaders } = parsed;
  const { host, ':authority': authority } = head.headers;
  // `host` is what requests are routed by, where HTTP/2 has both.
  const hostSigned =
    signedHeaders.includes('host') ||
    (signedHeaders.includes(':authority') && (host ?? authority) === (authority ?? host));
  if (!hostSigned || headerValue(head.headers, 'host') === '') {
    throw new AuthenticationFailure(
      'unsigned-header',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
      { HeadersNotSigned: 'host' },
    );
  }
  const signed = new Set(signedHeaders);
  // Of other services it is X-Amz-Target that says what is called.
  const matters = (name: string): boolean => (rule === 's3' ? name.startsWith('x-amz-') : name === 'x-amz-target');
  const missing = Object.keys(head.headers).filter((name) => matters(name) && !signed.has(name));
  if (missing.length > 0) {
    throw new AuthenticationFailure(
      'unsigned-header',
      'There were headers present in the request which were not signed',
      { HeadersNotSigned: missing.join(', ') },
    );
  }
}

/** @throws {AuthenticationFailure} `scope` */
export function checkScope(parsed: SignedAuthorization, signingNames: readonly string[]): void {
  const day = parsed.timestamp.slice(0, 8);
  if (parsed.date !== day) {
    throw new AuthenticationFailure(
      'scope',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${parsed.date.slice(0, 64)}' != '${day}', from '${parsed.timestamp}'.`,
    );
  }
  if (!signingNames.includes(parsed.service)) {
    throw new AuthenticationFailure(
      'scope',
      `Credential should be scoped to correct service: '${signingNames[0] ?? ''}'. `,
    );
  }
}

/** @throws {AuthenticationFailure} `skew`, `expired-request` */
export function checkTime(parsed: SignedAuthorization, { nowMs, rule }: { nowMs: number; rule: PathRule }): void {
  const skewMs = rule === 's3' ? SKEW_MS_S3 : SKEW_MS;
  if (parsed.timestampMs > nowMs + skewMs) {
    throw skewFailure(
      parsed,
      nowMs,
      skewMs,
      `Signature not yet current: ${parsed.timestamp} is still later than ${formatBasicIso(nowMs + skewMs)} (${formatBasicIso(nowMs)} + ${skewMs / 60_000} min.)`,
    );
  }
  if (parsed.kind === 'presigned') return checkExpiry(parsed, nowMs, rule);
  if (parsed.timestampMs < nowMs - skewMs) {
    throw skewFailure(
      parsed,
      nowMs,
      skewMs,
      `Signature expired: ${parsed.timestamp} is now earlier than ${formatBasicIso(nowMs - skewMs)} (${formatBasicIso(nowMs)} - ${skewMs / 60_000} min.)`,
    );
  }
}

function checkExpiry(parsed: PresignedAuthorization, nowMs: number, rule: PathRule): void {
  if (parsed.expiresSeconds === undefined && rule === 's3') {
    throw new AuthenticationFailure(
      'incomplete',
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  const lifeSeconds = parsed.expiresSeconds ?? EXPIRES_SECONDS_DEFAULT;
  const endMs = parsed.timestampMs + lifeSeconds * 1000;
  if (nowMs <= endMs) return;
  throw new AuthenticationFailure(
    'expired-request',
    `Signature expired: ${formatBasicIso(endMs)} is now earlier than ${formatBasicIso(nowMs)}`,
    {
      'X-Amz-Expires': lifeSeconds,
      Expires: new Date(endMs).toISOString(),
      ServerTime: new Date(nowMs).toISOString(),
    },
  );
}

function skewFailure(parsed: SignedAuthorization, nowMs: number, skewMs: number, text: string): AuthenticationFailure {
  return new AuthenticationFailure('skew', text, {
    RequestTime: parsed.timestamp,
    ServerTime: new Date(nowMs).toISOString(),
    MaxAllowedSkewMilliseconds: skewMs,
  });
}
