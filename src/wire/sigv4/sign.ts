import { hash } from 'node:crypto';
import type { WireHeaders } from '../types.ts';
import {
  canonicalHeaders,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  type PathRule,
  splitTarget,
} from './canonical.ts';
import { UNSIGNED_PAYLOAD } from './payload.ts';
import { deriveSigningKey, scopeText, type SigningKeys } from './signing-keys.ts';
import { formatBasicIso } from './timestamps.ts';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignOptions {
  readonly method: string;
  /** Raw path and query, as they will be sent. */
  readonly target: string;
  /** What will be sent, lower-case names, `host` (or `:authority`) among them. */
  readonly headers: WireHeaders;
  readonly service: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
  /** SHA-256 of the body in lower-case hex, or `UNSIGNED-PAYLOAD` (S3 over TLS only). */
  readonly bodySha256Hex: string;
  readonly nowMs: number;
  readonly keys?: SigningKeys;
}

/** Headers that hops on the way change, or that tell of a hop: never signed. */
const NEVER_SIGNED: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);

/**
 * Signs a request for a service and gives the headers to send: those handed in and the four of SigV4.
 * (Source: IAM User Guide, "Create a signed AWS API request".)
 */
export function signRequest(options: SignOptions): Record<string, string> {
  const { credentials, service, region, nowMs } = options;
  const timestamp = formatBasicIso(nowMs);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers)) {
    if (value !== undefined && name !== 'authorization' && name !== 'x-amz-security-token') headers[name] = value;
  }
  headers['x-amz-date'] = timestamp;
  headers['x-amz-content-sha256'] = options.bodySha256Hex;
  if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken;
  const rule: PathRule = service === 's3' ? 's3' : 'standard';
  const names = Object.keys(headers)
    .filter((name) => !NEVER_SIGNED.has(name))
    .sort();
  const { path, query } = splitTarget(options.target);
  const canonical = canonicalRequest({
    method: options.method,
    path: canonicalPath(path, rule),
    query: canonicalQuery(query),
    headers: canonicalHeaders(headers, names),
    signedHeaders: names.join(';'),
    payloadHash: options.bodySha256Hex,
  });
  const scope = { date: timestamp.slice(0, 8), region, service };
  const key =
    options.keys?.get(credentials.accessKeyId, credentials.secretAccessKey, scope) ??
    deriveSigningKey(credentials.secretAccessKey, scope);
  const signature = key.sign(
    `AWS4-HMAC-SHA256\n${timestamp}\n${scopeText(scope)}\n${hash('sha256', canonical, 'hex')}`,
  );
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scopeText(scope)}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return headers;
}

export { UNSIGNED_PAYLOAD };
