import type { InvocationBegin } from '../types.ts';
import { auditBytesOf, withAudit, withoutAudit } from './audit-bytes.ts';
import { frame, unframe } from './frame.ts';

/**
 * Payload of an `invocationBegin` entry, format 1: a frame (see frame.ts) whose header is the {@link InvocationBegin} without
 * its `audit`, and behind it, if there is one, the JSON of that.
 */
const VERSION = 1;

export function encodeInvocationBegin(begin: InvocationBegin): Uint8Array[] {
  const audit = auditBytesOf(begin);
  const header = frame(VERSION, withoutAudit(begin));
  return audit ? [header, ...audit] : [header];
}

export function decodeInvocationBegin(payload: Buffer): InvocationBegin {
  const { header, rest } = unframe('invocation begin', VERSION, payload);
  const begin = header as InvocationBegin;
  return rest.length > 0 ? withAudit(begin, rest) : begin;
}
