/** Gauges that are read when metrics are asked for. */
import type { DeliveryManager } from '#delivery';
import type { Gateway } from '#gateway';
import type { DenialLog } from '#identity';
import type { LogGroups } from '#log-groups';
import type { Journal, OpenEntries } from '#journal';
import type { Store } from '#store';
import type { Telemetry } from '#telemetry';
import type { TrailDigests } from '#trails';

export interface Measured {
  readonly journal: Journal;
  readonly store: Store;
  readonly delivery: DeliveryManager;
  readonly openCalls: OpenEntries;
  readonly denials: DenialLog;
  readonly digests: Pick<TrailDigests, 'status'>;
  readonly logGroups: Pick<LogGroups, 'metricValues'>;
  readonly gateway: () => Gateway | undefined;
}

export function registerGauges(
  telemetry: Telemetry,
  { journal, store, delivery, openCalls, denials, digests, logGroups, gateway }: Measured,
): void {
  const single = (name: string, help: string, value: () => number): void =>
    telemetry.gauge(name, help, [], () => [{ labels: {}, value: value() }]);
  single('varve_journal_bytes', 'Journal segments and spilled bodies on disk.', () => journal.sizeBytes);
  single('varve_journal_head', 'Sequence of the newest durable entry.', () => journal.head);
  single('varve_journal_ok', '1 when entries can be written.', () => Number(journal.failure === undefined));
  single('varve_store_ok', '1 when the store can be read and written.', () => Number(store.failure === undefined));
  single(
    'varve_calls_open',
    'Model calls, and API calls that change something, that have begun and not ended.',
    () => openCalls.count,
  );
  single('varve_connections', 'Open client connections.', () => gateway()?.connections ?? 0);
  single('varve_requests_active', 'Requests being served.', () => gateway()?.active ?? 0);
  single('varve_resident_bytes', "The server process's resident memory (the store's process is not in it).", () =>
    process.memoryUsage.rss(),
  );
  single(
    'varve_denials_dropped_total',
    'Denials since the start that `varve doctor --request` cannot explain: too many at once, or the control state could not be written.',
    () => denials.dropped,
  );
  const perMetric = (name: string, help: string, value: (series: { count: number; sum: number }) => number): void =>
    telemetry.gauge(name, help, ['account', 'region', 'namespace', 'metric', 'dimensions'], () =>
      [...logGroups.metricValues.series].map((series) => ({ labels: series.labels, value: value(series) })),
    );
  perMetric(
    'varve_metric_filter_count',
    'Values that metric filters of log groups made since the start; `dimensions` is JSON, empty for none.',
    ({ count }) => count,
  );
  perMetric('varve_metric_filter_sum', 'Sum of the values that metric filters made since the start.', ({ sum }) => sum);
  single(
    'varve_metric_filter_dropped_total',
    'Events that metric filters could not look at, and values past 1,000 sets of labels.',
    () => logGroups.metricValues.dropped,
  );
  const perDestination = (
    name: string,
    help: string,
    value: (status: ReturnType<DeliveryManager['status']>[number]) => number,
  ): void =>
    telemetry.gauge(name, help, ['route', 'kind'], () =>
      delivery.status().map((status) => ({ labels: { route: status.route, kind: status.kind }, value: value(status) })),
    );
  perDestination(
    'varve_delivery_lag_entries',
    'Journal entries that a destination has not passed.',
    ({ lagEntries }) => lagEntries,
  );
  perDestination(
    'varve_delivery_lag_bytes',
    'Journal bytes that a destination has not passed.',
    ({ lagBytes }) => lagBytes,
  );
  perDestination('varve_delivery_delivered_total', 'Records handed on since the start.', ({ delivered }) => delivered);
  perDestination(
    'varve_delivery_failed_attempts_total',
    'Attempts that failed since the start.',
    ({ failedAttempts }) => failedAttempts,
  );
  telemetry.gauge(
    'varve_trail_digest_failing',
    "1 when the newest attempt to write a trail's digest failed.",
    ['trail', 'region'],
    () =>
      digests.status().map(({ trailArn, region, lastError }) => ({
        labels: { trail: trailArn, region },
        value: Number(lastError !== undefined),
      })),
  );
  perDestination('varve_delivery_parked', '1 when a destination denies or is gone.', ({ state }) =>
    Number(state === 'parked'),
  );
}
