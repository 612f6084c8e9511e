/**
 * The event that a model call carries stands behind the headers of the call's begin and end, written once for both and read only
 * by who wants it:
 *
 *   {"eventId", "requestId", "receivedMs"}   JSON, on a line of its own
 *   the rest of the AuditBegin               JSON: the same text for calls that are alike, so that readers may know it already
 */
import type { AuditBegin, InvocationBegin } from '../types.ts';

const NEWLINE = 0x0a;

type Ids = Pick<AuditBegin, 'eventId' | 'requestId' | 'receivedMs'>;

/** A call's event as its entry has it; read when it is asked for. */
class CarriedAudit {
  readonly #bytes: Buffer;
  readonly #newline: number;
  #whole: AuditBegin | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#newline = bytes.indexOf(NEWLINE);
  }

  get ids(): Ids {
    return JSON.parse(this.#bytes.toString('utf8', 0, this.#newline)) as Ids;
  }

  /** What it has in common with the events of calls that are alike: JSON. */
  get common(): string {
    return this.#bytes.toString('utf8', this.#newline + 1);
  }

  get whole(): AuditBegin {
    this.#whole ??= { ...this.ids, ...(JSON.parse(this.common) as Omit<AuditBegin, keyof Ids>) };
    return this.#whole;
  }
}

const WRITTEN = new WeakMap<AuditBegin, Buffer>();
const CARRIED = new WeakMap<InvocationBegin, CarriedAudit>();

export function auditBytesOf({ audit }: Pick<InvocationBegin, 'audit'>): Buffer | undefined {
  if (!audit) return undefined;
  let bytes = WRITTEN.get(audit);
  if (!bytes) {
    const { eventId, requestId, receivedMs, ...common } = audit;
    bytes = Buffer.from(`${JSON.stringify({ eventId, requestId, receivedMs })}\n${JSON.stringify(common)}`);
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
