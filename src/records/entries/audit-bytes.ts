/**
 * The event that a model call carries stands behind the headers of the call's begin and end, and is read only by who wants it:
 *
 *   AuditIds      JSON, on a line of its own
 *   AuditCommon   JSON: the same text for calls that are alike, so that it is made once, and readers may know it already
 */
import type { AuditBegin, AuditCommon, AuditIds, InvocationBegin } from '../types.ts';

const NEWLINE = 0x0a;

/** On events of calls that are alike: their {@link AuditCommon} as bytes. */
const WRITTEN = Symbol('written');
type Written = { readonly [WRITTEN]?: Buffer };

/** A call's event as its entry has it; read when it is asked for. */
class CarriedAudit {
  readonly #bytes: Buffer;
  readonly #newline: number;
  #whole: AuditBegin | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#newline = bytes.indexOf(NEWLINE);
  }

  get ids(): AuditIds {
    return JSON.parse(this.#bytes.toString('utf8', 0, this.#newline)) as AuditIds;
  }

  /** What it has in common with the events of calls that are alike: JSON, in the entry's memory. */
  get common(): Buffer {
    return this.#bytes.subarray(this.#newline + 1);
  }

  get whole(): AuditBegin {
    this.#whole ??= { ...this.ids, ...(JSON.parse(this.common.toString()) as AuditCommon) };
    return this.#whole;
  }
}

const CARRIED = new WeakMap<InvocationBegin, CarriedAudit>();

/** For the events of calls that are alike: what is spread into each of them, written as JSON once. */
export function alikeAudits(common: AuditCommon): AuditCommon {
  const alike: AuditCommon & Written = { ...common, [WRITTEN]: Buffer.from(JSON.stringify(common)) };
  return alike;
}

/** The pieces of a begin's event, to be written one after the other. */
export function auditBytesOf({ audit }: Pick<InvocationBegin, 'audit'>): [ids: Buffer, common: Buffer] | undefined {
  if (!audit) return undefined;
  const { eventId, requestId, receivedMs } = audit;
  const ids = Buffer.from(`${JSON.stringify({ eventId, requestId, receivedMs })}\n`);
  return [ids, (audit as Written)[WRITTEN] ?? commonBytesOf(audit)];
}

function commonBytesOf(audit: AuditBegin): Buffer {
  const { eventId: _, requestId: _request, receivedMs: _received, ...common } = audit;
  return Buffer.from(JSON.stringify(common));
}

/** The begin as it goes into a header. */
export function withoutAudit(begin: InvocationBegin): InvocationBegin {
  if (!begin.audit) return begin;
  const { audit: _, ...rest } = begin;
  return rest;
}

/** Gives a begin that was just decoded its event back. */
export function withAudit(begin: InvocationBegin, bytes: Buffer): InvocationBegin {
  const carried = new CarriedAudit(bytes);
  CARRIED.set(begin, carried);
  return Object.defineProperty(begin, 'audit', { enumerable: true, get: () => carried.whole });
}

/** Of a begin that was decoded: its event in the form in which it was carried. */
export function carriedAuditOf(begin: InvocationBegin): Pick<CarriedAudit, 'ids' | 'common'> | undefined {
  return CARRIED.get(begin);
}
