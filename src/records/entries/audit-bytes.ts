/**
 * The event that a model call carries: its JSON stands behind the headers of the call's begin and end, written once for both,
 * and read only by who wants it. Most readers of an end do not.
 */
import type { AuditBegin, InvocationBegin } from '../types.ts';

const WRITTEN = new WeakMap<AuditBegin, Buffer>();

export function auditBytesOf({ audit }: Pick<InvocationBegin, 'audit'>): Buffer | undefined {
  if (!audit) return undefined;
  let bytes = WRITTEN.get(audit);
  if (!bytes) {
    bytes = Buffer.from(JSON.stringify(audit));
    WRITTEN.set(audit, bytes);
  }
  return bytes;
}

/** The begin as it goes into a header. */
export function withoutAudit(begin: InvocationBegin): InvocationBegin {
  if (!begin.audit) return begin;
  const { audit: _, ...rest } = begin;
  return rest;
}

/** Gives a begin that was just decoded its event back; it is read when it is asked for. */
export function withAudit(begin: InvocationBegin, bytes: Buffer): InvocationBegin {
  let audit: AuditBegin | undefined;
  return Object.defineProperty(begin, 'audit', {
    enumerable: true,
    get: () => (audit ??= JSON.parse(bytes.toString()) as AuditBegin),
  });
}
