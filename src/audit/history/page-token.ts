/**
 * Page tokens of the event history: where the next page begins, tied to what is asked. They open nothing that the request
 * itself does not: whoever makes one up moves within what they may read anyway, so that they need no key.
 *
 * Text: base64url(JSON [milliseconds, event id]) "." the first 16 bytes of SHA-256(binding NUL payload) in base64url.
 */
import { createHash } from 'node:crypto';
import type { AuditEventPosition } from '#store';
import { invalidToken } from './errors.ts';

const SUM_BYTES = 16;
/** Longer than any token that is given out. */
const TOKEN_CHARS_MAX = 1_000;

/** @param binding what else was asked, as text: the same for all pages */
export function writeToken(binding: string, { timestampMs, eventId }: AuditEventPosition): string {
  const text = Buffer.from(JSON.stringify([timestampMs, eventId])).toString('base64url');
  return `${text}.${sumOf(binding, text)}`;
}

/** @throws {ApiError} InvalidNextTokenException unless {@link writeToken} made it for the same binding */
export function readToken(binding: string, token: string): AuditEventPosition {
  const [text = '', sum, ...rest] = token.length <= TOKEN_CHARS_MAX ? token.split('.') : [];
  if (rest.length > 0 || sum !== sumOf(binding, text)) throw invalidToken();
  const [timestampMs, eventId] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [number, string];
  return { timestampMs, eventId };
}

function sumOf(binding: string, text: string): string {
  return createHash('sha256').update(`${binding}\0${text}`).digest().subarray(0, SUM_BYTES).toString('base64url');
}
