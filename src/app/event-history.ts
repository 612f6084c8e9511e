/** Joins the event history with the journal that fills it and the store that keeps it. */
import { EventHistory, HistoryWriter } from '#audit';
import type { Clock } from '#base';
import type { Config } from '#config';
import type { Journal } from '#journal';
import { ENTRY_KIND } from '#records';
import type { State } from '#state';
import type { Store } from '#store';
import { rowsOf } from './rows.ts';
import type { StoredPosition } from './stored-position.ts';

export interface EventHistoryParts {
  readonly config: Config;
  readonly journal: Journal;
  readonly state: State;
  readonly store: Store;
  readonly stored: StoredPosition;
  readonly clock: Clock;
}

export interface OpenedHistory {
  readonly history: EventHistory;
  /** Takes the audit events that the store's reader makes; to be started before the reader. */
  readonly writer: Pick<HistoryWriter, 'start' | 'take' | 'flush' | 'close'>;
}

export async function openEventHistory(parts: EventHistoryParts): Promise<OpenedHistory> {
  const { config, journal, state, store, stored, clock } = parts;
  const rows = rowsOf(journal.nodeId);
  const writer = await HistoryWriter.open({
    journal,
    state,
    hold: () => store.holdAuditEvents(),
    insert: (batch) => store.insertAuditEvents({ ...batch, again: undefined }),
    kinds: [ENTRY_KIND.invocationEnd, ENTRY_KIND.auditEvent],
    rowsOf: (entry) => rows(entry).auditEvents ?? [],
  });
  const history = new EventHistory({
    store,
    // First what the journal has must have come to the writer, then what the writer has to the store.
    caughtUp: async (timeoutMs) => {
      const deadlineMs = clock.monotonicMs() + timeoutMs;
      if (!(await stored.reached(journal.head, timeoutMs))) return false;
      return writer.flush(Math.max(0, deadlineMs - clock.monotonicMs()));
    },
    clock,
    lookupPerSecond: config.trails.lookupPerSecond,
  });
  return { history, writer };
}
