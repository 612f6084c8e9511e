import { invalidArgument } from './errors.ts';

/** The largest page of the listing operations. */
export const PAGE_MAX = 1_000;

/**
 * Writes keys of an answer as `encoding-type=url` asks, or leaves them as they are. Slashes stay, as in S3.
 * @throws {ApiError} InvalidArgument for another encoding
 */
export function keyEncoder(encodingType: string | undefined): (text: string) => string {
  if (encodingType === undefined) return (text) => text;
  if (encodingType !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
  }
  return (text) =>
    encodeURIComponent(text)
      .replaceAll('%2F', '/')
      .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** How many entries a page may have. @throws {ApiError} InvalidArgument for a negative number */
export function pageSize(asked: number | undefined, name: string, most = PAGE_MAX): number {
  if (asked === undefined) return most;
  if (!Number.isInteger(asked) || asked < 0 || asked > 2_147_483_647) {
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, asked);
  }
  return Math.min(asked, most);
}

const TOKEN_VERSION = '1';

/** An opaque token that says where a list goes on. */
export function continuationToken(position: string): string {
  return Buffer.from(`${TOKEN_VERSION}${position}`).toString('base64');
}

/** @throws {ApiError} InvalidArgument for what is no token of ours */
export function positionOf(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (!text.startsWith(TOKEN_VERSION) || continuationToken(text.slice(1)) !== token) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return text.slice(1);
}
