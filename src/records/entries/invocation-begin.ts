import type { InvocationBegin } from '../types.ts';
import { auditBytesOf, withAudit, withoutAudit } from './audit-bytes.ts';
import { frameOf, unframe } from './frame.ts';

/**
 * Payload of an `invocationBegin` entry, format 1: a frame (see frame.ts) whose header is the {@link InvocationBegin} without
 * its `audit`, and behind it, if there is one, the JSON of that.
 */
const VERSION = 1;

/** A begin as its own entry and that of its end have it: written once for both. */
export interface WrittenBegin {
  /** JSON, without its event. */
  readonly json: string;
  readonly audit: ReturnType<typeof auditBytesOf>;
}

export function writtenBegin(begin: InvocationBegin): WrittenBegin {
  return { json: JSON.stringify(withoutAudit(begin)), audit: auditBytesOf(begin) };
}

export function encodeInvocationBegin({ json, audit }: WrittenBegin): Uint8Array[] {
  const header = frameOf(VERSION, json);
  return audit ? [header, ...audit] : [header];
}

export function decodeInvocationBegin(payload: Buffer): InvocationBegin {
  const { header, rest } = unframe('invocation begin', VERSION, payload);
  const begin = header as InvocationBegin;
  return rest.length > 0 ? withAudit(begin, rest) : begin;
}
