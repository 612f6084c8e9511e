/**
 * SigV4's canonical form of a request.
 *
 * Contract
 *   in    the raw request target and headers, as they were on the wire (`RequestHead`)
 *   out   the canonical request's text, in which two spellings of the same request are the same
 *   path  `s3`: percent-encoding brought to one spelling, nothing else.
 *         `standard`: dot segments and empty segments removed, then percent-encoded once more.
 *   query each name and value brought to one spelling, pairs sorted by code unit (all ASCII by then)
 * Works on bytes and never throws: Node hands over header text as Latin-1, one character a byte.
 * (Source: IAM User Guide, "Create a signed AWS API request"; S3 API Reference, "Authenticating Requests".)
 */
import type { WireHeaders } from '../types.ts';

/** How a service wants the path: S3 as it is, all others normalised and encoded again. */
export type PathRule = 's3' | 'standard';

const HEX = '0123456789ABCDEF';
const PERCENT = 0x25;
const SLASH = 0x2f;

const UNRESERVED = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') {
  UNRESERVED[character.charCodeAt(0)] = 1;
}
const UNRESERVED_ONLY = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED_PATH = /^[A-Za-z0-9\-._~/]*$/;
const RESERVED_IN_PATH = /[^A-Za-z0-9\-._~/]/g;
// oxlint-disable-next-line no-control-regex -- every Latin-1 character stands for one byte, control ones too
const LATIN1 = /^[\0-\xff]*$/;

export function splitTarget(target: string): { path: string; query: string } {
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

/** The canonical URI of a raw path. */
export function canonicalPath(path: string, rule: PathRule): string {
  if (rule === 's3') return path === '' ? '/' : oneSpelling(path, true);
  return encodedPath(removeDotSegments(path));
}

/** The canonical query string of a raw query, without the pairs named in `omit`. */
export function canonicalQuery(query: string, omit?: ReadonlySet<string>): string {
  if (query === '') return '';
  const pairs: [name: string, value: string][] = [];
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = oneSpelling(at < 0 ? pair : pair.slice(0, at), false);
    if (omit?.has(name)) continue;
    pairs.push([name, at < 0 ? '' : oneSpelling(pair.slice(at + 1), false)]);
  }
  if (pairs.length > 1) pairs.sort(byNameThenValue);
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** `name:value\n` for each of the signed headers, in the order given. */
export function canonicalHeaders(headers: WireHeaders, signedHeaders: readonly string[]): string {
  let text = '';
  for (const name of signedHeaders) text += `${name}:${canonicalValue(headerValue(headers, name))}\n`;
  return text;
}

/**
 * A header by its signed name. HTTP/2 clients sign `:authority` or `host` and send either: the two are one.
 */
export function headerValue(headers: WireHeaders, name: string): string {
  const value = headers[name];
  if (value !== undefined) return value;
  if (name === 'host') return headers[':authority'] ?? '';
  if (name === ':authority') return headers['host'] ?? '';
  return '';
}

/** Trimmed, runs of white space as one blank. */
export function canonicalValue(value: string): string {
  const trimmed = value.trim();
  return /\s\s|[\t\r\n\v\f]/.test(trimmed) ? trimmed.replaceAll(/\s+/g, ' ') : trimmed;
}

export interface CanonicalParts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: string;
  readonly signedHeaders: string;
  readonly payloadHash: string;
}

export function canonicalRequest(parts: CanonicalParts): string {
  const { method, path, query, headers, signedHeaders, payloadHash } = parts;
  return `${method}\n${path}\n${query}\n${headers}\n${signedHeaders}\n${payloadHash}`;
}

function byNameThenValue(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] === b[1] ? 0 : a[1] < b[1] ? -1 : 1;
}

/** RFC 3986's dot segments and empty segments away; a final slash stays. */
function removeDotSegments(path: string): string {
  if (!path.includes('/.') && !path.includes('//') && path.startsWith('/')) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') kept.pop();
    else kept.push(segment);
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

/** Percent-encodes every byte but the unreserved ones and the slash: what is encoded already is encoded again. */
export function encodedPath(text: string): string {
  // One character a byte, also where a text of our own callers is beyond Latin-1.
  return (LATIN1.test(text) ? text : Buffer.from(text).toString('latin1')).replaceAll(RESERVED_IN_PATH, escapedText);
}

/** Brings percent-encoding to one spelling: unreserved bytes plain, all others as %XX in capitals. */
function oneSpelling(text: string, keepSlash: boolean): string {
  if ((keepSlash ? UNRESERVED_PATH : UNRESERVED_ONLY).test(text)) return text;
  const bytes = bytesOf(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += 1) {
    let byte = bytes[at] ?? 0;
    const coded = byte === PERCENT ? hexPair(bytes, at + 1) : -1;
    if (coded >= 0) {
      byte = coded;
      at += 2;
    }
    out += UNRESERVED[byte] === 1 || (keepSlash && byte === SLASH) ? String.fromCharCode(byte) : escaped(byte);
  }
  return out;
}

function escaped(byte: number): string {
  return `%${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`;
}

function escapedText(character: string): string {
  return escaped(character.charCodeAt(0));
}

function hexPair(bytes: Uint8Array, at: number): number {
  if (at + 1 >= bytes.length) return -1;
  const high = hexDigit(bytes[at] ?? 0);
  const low = hexDigit(bytes[at + 1] ?? 0);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Node gives request text as Latin-1; text beyond it can only come from our own callers and is UTF-8. */
function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, LATIN1.test(text) ? 'latin1' : 'utf8');
}
