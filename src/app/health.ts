import type { DeliveryManager, DestinationStatus } from '#delivery';
import type { Journal } from '#journal';
import type { Store } from '#store';

export interface Health {
  readonly ok: boolean;
  readonly detail: Record<string, unknown>;
}

/** Ok when everything that must run runs. A destination that does not take its records is shown, but is not our failure. */
export function healthOf(journal: Journal, store: Store, delivery: DeliveryManager): Health {
  const problems = [
    ...(journal.failure === undefined
      ? []
      : [`The journal cannot be written, so calls are refused: ${journal.failure}`]),
    ...(store.failure === undefined ? [] : [`The store does not work, records wait in the journal: ${store.failure}`]),
  ];
  return { ok: problems.length === 0, detail: { problems, destinations: delivery.status().map(destination) } };
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
