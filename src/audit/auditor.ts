/**
 * Writes what happens on the endpoint into the journal, as CloudTrail will tell it (house plan, decision 8).
 *
 * An operation that changes something has a begin (an intent), durable before it is carried out, and its event, durable before
 * the reply leaves; what the next start finds begun and not ended becomes an event that says so (`recovery.ts`). What only reads
 * has its event alone. Model calls carry both in entries of their own (`AuditBegin` in `InvocationBegin`).
 */
import { OperationalError } from '#base';
import type { Journal, OpenEntries, OpenEntry } from '#journal';
import {
  type AuditBegin,
  type AuditEnd,
  type AuditEvent,
  encodeAuditBegin,
  encodeAuditEvent,
  ENTRY_KIND,
} from '#records';
import type { MissedEntries } from './missed-entries.ts';

export interface AuditorOptions {
  readonly journal: Journal;
  /** What has begun and not ended: the journal is kept from the oldest on. */
  readonly openEntries: OpenEntries;
  /** `refuse`: a call whose event cannot be written is refused; `serve`: it is served and counted. */
  readonly onFailure: 'refuse' | 'serve';
  readonly missed: MissedEntries;
  /** The trails that select an event, by their routes in the journal: at most five. */
  readonly routesFor: (event: Omit<AuditBegin, 'routes'>) => readonly string[];
  /** Hears of every event once it is durable, but of model calls' own. */
  readonly onEvent?: (event: AuditEvent) => void;
}

export class Auditor {
  readonly #options: AuditorOptions;

  constructor(options: AuditorOptions) {
    this.#options = options;
  }

  /** The event with the trails that select it now: whatever is configured later, it goes there. */
  selected(event: Omit<AuditBegin, 'routes'>): AuditBegin {
    return { ...event, routes: this.#options.routesFor(event) };
  }

  /** Whether the trails that select the event now are those it has. */
  isSelectedAlike(event: AuditBegin): boolean {
    const routes = this.#options.routesFor(event);
    return routes.length === event.routes.length && routes.every((route, at) => route === event.routes[at]);
  }

  /**
   * Notes what is about to change something; durable when it resolves.
   * @returns to be handed to {@link end}; undefined when it could not be written and calls are served all the same
   * @throws {OperationalError} `journal-unwritable`: it must not be carried out
   */
  async begin(begin: AuditBegin): Promise<OpenEntry | undefined> {
    const { journal, openEntries } = this.#options;
    const open = openEntries.opening();
    try {
      open.sequence = await journal.append({ kind: ENTRY_KIND.auditBegin, payload: encodeAuditBegin(begin) });
      return open;
    } catch (error) {
      openEntries.ended(open);
      this.#failed(error, 'begin');
      return undefined;
    }
  }

  /**
   * Notes how it ended; durable when it resolves.
   * @throws {OperationalError} `journal-unwritable`; the next start ends what has a begin
   */
  async end(begin: AuditBegin, end: AuditEnd, open: OpenEntry | undefined): Promise<void> {
    const { journal, openEntries, missed, onEvent } = this.#options;
    const event: AuditEvent = { ...begin, ...end };
    try {
      await journal.append({ kind: ENTRY_KIND.auditEvent, routes: begin.routes, payload: encodeAuditEvent(event) });
      if (open) openEntries.ended(open);
      missed.tell();
    } catch (error) {
      // What has a begin stays open: whoever starts the server next finds it.
      this.#failed(error, 'end');
      return;
    }
    onEvent?.(event);
  }

  #failed(error: unknown, when: 'begin' | 'end'): void {
    const { onFailure, missed } = this.#options;
    if (onFailure === 'refuse' || !(error instanceof OperationalError)) throw error;
    if (when === 'end') missed.note();
  }
}
