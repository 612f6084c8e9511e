import type { DeliveryManager, DestinationStatus } from '#delivery';
import type { Journal } from '#journal';
import type { Store } from '#store';
import type { LostSecrets } from './lost-secrets.ts';

export interface Health {
  readonly ok: boolean;
  readonly detail: Record<string, unknown>;
}

export interface Healthy {
  readonly journal: Journal;
  readonly store: Store;
  readonly delivery: DeliveryManager;
  readonly authorization: 'enforce' | 'off';
  readonly lostSecrets: LostSecrets;
  /** Of the last day. */
  readonly tamperAlerts: Readonly<Record<'critical' | 'warning', number>> | undefined;
}

/**
 * Ok when everything that must run runs. A destination that does not take its records, and keys that a replaced server key
 * took away, are shown, but starting again would not help.
 */
export function healthOf({ journal, store, delivery, authorization, lostSecrets, tamperAlerts }: Healthy): Health {
  const problems = [
    ...(journal.failure === undefined
      ? []
      : [`The journal cannot be written, so calls are refused: ${journal.failure}`]),
    ...(store.failure === undefined ? [] : [`The store does not work, records wait in the journal: ${store.failure}`]),
  ];
  return {
    ok: problems.length === 0,
    detail: {
      problems,
      authorization,
      ...(lostSecrets.count === 0 ? {} : { lostSecrets: lostSecrets.count }),
      ...(tamperAlerts && tamperAlerts.critical + tamperAlerts.warning > 0 ? { tamperAlerts } : {}),
      destinations: delivery.status().map(destination),
    },
  };
}

function destination({
  route,
  kind,
  target,
  state,
  lagEntries,
  lagBytes,
  lastError,
}: DestinationStatus): Record<string, unknown> {
  return {
    route,
    kind,
    name: target,
    state,
    lagEntries,
    lagBytes,
    ...(lastError === undefined ? {} : { lastError }),
  };
}
