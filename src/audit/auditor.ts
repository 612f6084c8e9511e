/**
 * Writes what happens on the endpoint into the journal, as CloudTrail will tell it (house plan, decision 8).
 *
 * An operation that changes something has a begin (an intent), durable before it is carried out, and its event, durable before
 * the reply leaves; what the next start finds begun and not ended becomes an event that says so. What only reads has its event
 * alone. Model calls carry both in entries of their own (`AuditBegin` in `InvocationBegin`).
 */
import type { AuditBegin, AuditEnd, AuditEvent } from '#records';

/** An intent in the journal. */
export interface OpenAudit {
  readonly sequence: number;
}

export interface Audit {
  /** The trails that select the event, as routes in the journal: at most five. */
  routesFor(begin: Omit<AuditBegin, 'routes'>): readonly string[];
  /**
   * Notes what is about to change something; durable when it resolves.
   * @throws {OperationalError} `journal-unwritable`: it must not be carried out
   */
  begin(begin: AuditBegin): Promise<OpenAudit>;
  /**
   * Notes how it ended; durable when it resolves.
   * @throws {OperationalError} `journal-unwritable`
   */
  end(begin: AuditBegin, end: AuditEnd, open?: OpenAudit): Promise<void>;
}

/** Hears of every event once it is durable: tamper alarms look at it. */
export type AuditListener = (event: AuditEvent) => void;
