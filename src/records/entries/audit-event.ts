import type { AuditBegin, AuditEvent } from '../types.ts';
import { frame, unframe } from './frame.ts';

/**
 * Payloads of `auditBegin` and `auditEvent` entries, format 1: a frame (see frame.ts) whose header is the {@link AuditBegin} or
 * the {@link AuditEvent}, and nothing behind it. Model calls carry theirs in their own entries (`auditEventOf`).
 */
const VERSION = 1;

export function encodeAuditBegin(begin: AuditBegin): Uint8Array[] {
  return [frame(VERSION, begin)];
}

export function decodeAuditBegin(payload: Buffer): AuditBegin {
  return unframe('audit begin', VERSION, payload).header as AuditBegin;
}

export function encodeAuditEvent(event: AuditEvent): Uint8Array[] {
  return [frame(VERSION, event)];
}

export function decodeAuditEvent(payload: Buffer): AuditEvent {
  return unframe('audit event', VERSION, payload).header as AuditEvent;
}
