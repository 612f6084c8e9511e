/**
 * Checks a request's SigV4 signature. Pure: time, secret and body hash are handed in.
 *
 * Contract
 *   - raw path and raw query; S3 encodes once, all others normalise and encode again
 *   - `host` or `:authority` is signed; for S3 every `x-amz-*` header is, elsewhere `x-amz-target`
 *   - skew: S3 15 minutes, others 5; presigned requests live until X-Amz-Expires
 *   - the scope's date is the request's day and its service the one that is called
 *   - the body's hash is what was computed, never only what the head declares; S3's streaming bodies are
 *     verified against the declared hash, and the caller compares when the body has flowed (`payload`)
 *   - a session token that was added after signing (header or query) is no part of what is signed; the token
 *     itself is judged by whoever resolves the access key
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { bug } from '#base';
import type { RequestHead } from '../types.ts';
import {
  canonicalHeaders,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  encodedPath,
  type PathRule,
  splitTarget,
} from './canonical.ts';
import { checkScope, checkSignedHeaders, checkTime } from './claims.ts';
import { AuthenticationFailure } from './failure.ts';
import type { SignedAuthorization } from './parse.ts';
import { declaredPayload, type SignedPayload, UNSIGNED_PAYLOAD } from './payload.ts';
import { deriveSigningKey, scopeText, type SigningKey, type SigningKeys } from './signing-keys.ts';

export interface VerifyOptions {
  readonly secret: string;
  /**
   * SHA-256 of the body as received, lower-case hex. Undefined: the body has not been read; then the declared
   * hash is verified, and the caller must compare with `payload.sha256Hex` before anything takes effect.
   */
  readonly bodySha256Hex: string | undefined;
  readonly nowMs: number;
  /** `s3` for S3, `standard` for every other service. */
  readonly rule: PathRule;
  /** Names the scope may carry for the service that is called, such as `['bedrock']`. */
  readonly signingNames: readonly string[];
  /** Derived keys are kept here; without it each call derives anew. */
  readonly keys?: SigningKeys;
}

export interface VerifiedRequest {
  readonly accessKeyId: string;
  readonly region: string;
  readonly signedHeaders: ReadonlySet<string>;
  readonly payload: SignedPayload;
  /** What signatures of chunks and event messages are chained to. */
  readonly chain: SignatureChain;
}

/** The seed of chunk and message signatures. */
export interface SignatureChain {
  readonly signature: string;
  readonly signingKey: SigningKey;
  /** `20130524/us-east-1/s3/aws4_request` */
  readonly scope: string;
  readonly timestamp: string;
  /** Key and scope of another day, for streams that go past midnight. */
  on(date: string): { signingKey: SigningKey; scope: string };
}

/**
 * @throws {AuthenticationFailure} with the reason; its members are what S3 prints
 */
export function verifySignature(
  parsed: SignedAuthorization,
  head: RequestHead,
  options: VerifyOptions,
): VerifiedRequest {
  checkScope(parsed, options.signingNames);
  checkTime(parsed, options);
  const payload = declaredPayload(parsed, options.rule);
  checkSignedHeaders(parsed, head, options.rule);
  const payloadHash = signedPayloadHash(payload, options.bodySha256Hex);
  const scope = scopeText(parsed);
  const signingKey = signingKeyOf(parsed, options, parsed.date);
  let told: { canonical: string; stringToSign: string } | undefined;
  for (const canonical of canonicalSpellings(parsed, head, options.rule, payloadHash)) {
    const stringToSign = `AWS4-HMAC-SHA256\n${parsed.timestamp}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
    if (sameText(signingKey.sign(stringToSign), parsed.signature)) {
      checkBody(payload, options.bodySha256Hex);
      return {
        accessKeyId: parsed.accessKeyId,
        region: parsed.region,
        signedHeaders: new Set(parsed.signedHeaders),
        payload,
        chain: {
          signature: parsed.signature,
          signingKey,
          scope,
          timestamp: parsed.timestamp,
          on: (date) => ({
            signingKey: signingKeyOf(parsed, options, date),
            scope: scopeText({ ...parsed, date }),
          }),
        },
      };
    }
    told ??= { canonical, stringToSign };
  }
  throw new AuthenticationFailure('bad-signature', '', {
    AWSAccessKeyId: parsed.accessKeyId,
    StringToSign: told?.stringToSign,
    SignatureProvided: parsed.signature,
    CanonicalRequest: told && withoutToken(told.canonical),
  });
}

/** S3 prints the canonical request of a wrong signature; who sent a session token need not have it printed into logs. */
function withoutToken(canonical: string): string {
  return canonical
    .replace(/^x-amz-security-token:.*$/m, 'x-amz-security-token:(as sent)')
    .replace(/(?<=[&\n]X-Amz-Security-Token=)[^&\n]*/, '(as-sent)');
}

function signingKeyOf(parsed: SignedAuthorization, { keys, secret }: VerifyOptions, date: string): SigningKey {
  const scope = { date, region: parsed.region, service: parsed.service };
  return keys?.get(parsed.accessKeyId, secret, scope) ?? deriveSigningKey(secret, scope);
}

/** Compares without telling by its duration where the texts differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

const OMIT_SIGNATURE: ReadonlySet<string> = new Set(['X-Amz-Signature']);
const OMIT_SIGNATURE_AND_TOKEN: ReadonlySet<string> = new Set(['X-Amz-Signature', 'X-Amz-Security-Token']);

/** The request's canonical text; a second one where clients are known to differ in what they sign. */
function* canonicalSpellings(
  parsed: SignedAuthorization,
  head: RequestHead,
  rule: PathRule,
  payloadHash: string,
): Generator<string> {
  const { path: rawPath, query: rawQuery } = splitTarget(head.target);
  const path = canonicalPath(rawPath, rule);
  const omit = parsed.kind === 'presigned' ? OMIT_SIGNATURE : undefined;
  const parts = {
    method: head.method,
    path,
    query: canonicalQuery(rawQuery, omit),
    headers: canonicalHeaders(head.headers, parsed.signedHeaders),
    signedHeaders: parsed.signedHeaders.join(';'),
    payloadHash,
  };
  yield canonicalRequest(parts);
  // Clients differ in what they do to an unusual path before they sign it; each spelling names this one request.
  const asSent = rule === 's3' ? rawPath : encodedPath(rawPath);
  if (asSent !== path) yield canonicalRequest({ ...parts, path: asSent });
  // Node joins repeated headers with ", " where the signer has put ",".
  if (parts.headers.includes(', ')) {
    yield canonicalRequest({ ...parts, headers: parts.headers.replaceAll(/, +/g, ',') });
  }
  if (parsed.kind === 'presigned' && parsed.sessionToken !== undefined) {
    yield canonicalRequest({ ...parts, query: canonicalQuery(rawQuery, OMIT_SIGNATURE_AND_TOKEN) });
  }
}

/** What stands for the body in the canonical request. */
function signedPayloadHash(payload: SignedPayload, bodySha256Hex: string | undefined): string {
  if (payload.kind === 'unsigned') return UNSIGNED_PAYLOAD;
  if (payload.kind !== 'whole') return payload.marker;
  return (
    payload.sha256Hex ??
    bodySha256Hex ??
    bug('a signature over an undeclared body hash was verified before the body was read')
  );
}

function checkBody(payload: SignedPayload, bodySha256Hex: string | undefined): void {
  if (payload.kind !== 'whole' || payload.sha256Hex === undefined || bodySha256Hex === undefined) return;
  if (payload.sha256Hex !== bodySha256Hex) throw contentMismatch(payload.sha256Hex, bodySha256Hex);
}

/** The failure of a body that is not the signed one; also for those who compare after the body has flowed. */
export function contentMismatch(declaredSha256Hex: string, computedSha256Hex: string): AuthenticationFailure {
  return new AuthenticationFailure('content-mismatch', '', {
    ClientComputedContentSHA256: declaredSha256Hex,
    S3ComputedContentSHA256: computedSha256Hex,
  });
}
