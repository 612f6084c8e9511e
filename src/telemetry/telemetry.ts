import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RoomEvent, TelemetryEvent } from './events.ts';
import type { Logger } from './logger.ts';

/** Takes events; every room gets this and nothing else of telemetry. */
export type Emit = (event: TelemetryEvent) => void;

const LATENCY_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Logs and counts events; the one place where an event's level and metric are decided. */
export class Telemetry {
  readonly registry = new Registry();
  readonly #log: Logger;
  readonly #requests: Counter;
  readonly #durations: Histogram;
  readonly #invocations: Counter;
  readonly #invocationLatency: Histogram;
  readonly #tokens: Counter;
  readonly #events: Counter;
  readonly #refused: Counter;
  readonly #missed: Counter;
  readonly #attempts: Counter;
  readonly #tamperAlerts: Counter;
  readonly #gauges = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
    const registers = [this.registry];
    this.#requests = new Counter({
      name: 'varve_requests_total',
      help: 'API requests by service, operation and status.',
      labelNames: ['service', 'operation', 'status', 'code'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'varve_request_duration_seconds',
      help: 'Time from the request head to the last byte handed to the socket.',
      labelNames: ['service', 'operation'],
      buckets: LATENCY_BUCKETS_S,
      registers,
    });
    this.#invocations = new Counter({
      name: 'varve_invocations_total',
      help: 'Model calls by how they ended.',
      labelNames: ['operation', 'outcome', 'upstream'],
      registers,
    });
    this.#invocationLatency = new Histogram({
      name: 'varve_invocation_latency_seconds',
      help: "The upstream's time for a model call.",
      labelNames: ['operation', 'upstream'],
      buckets: LATENCY_BUCKETS_S,
      registers,
    });
    this.#tokens = new Counter({
      name: 'varve_tokens_total',
      help: 'Tokens of model calls.',
      labelNames: ['direction', 'upstream'],
      registers,
    });
    this.#events = new Counter({
      name: 'varve_events_total',
      help: 'Internal events by name.',
      labelNames: ['event'],
      registers,
    });
    this.#refused = new Counter({
      name: 'varve_records_refused_total',
      help: 'Calls refused because their record could not be written.',
      labelNames: ['reason'],
      registers,
    });
    this.#attempts = new Counter({
      name: 'varve_delivery_attempts_total',
      help: "Attempts to hand on records, by the name of AWS's metric.",
      labelNames: ['metric'],
      registers,
    });
    this.#tamperAlerts = new Counter({
      name: 'varve_tamper_alerts_total',
      help: 'Alerts about what makes an audit trail say less, by kind; `/_varve/alerts` tells them.',
      labelNames: ['kind'],
      registers,
    });
    this.#missed = new Counter({
      name: 'varve_records_missed_total',
      help: 'Calls served without a record (on_failure: serve).',
      registers,
    });
  }

  readonly emit: Emit = (event) => {
    switch (event.name) {
      case 'request':
        this.#requests.inc({
          service: event.service,
          operation: event.operation,
          status: event.status,
          code: event.code,
        });
        this.#durations.observe({ service: event.service, operation: event.operation }, event.durationMs / 1000);
        if (this.#log.isLevelEnabled('debug')) this.#log.debug(event, 'request');
        return;
      case 'invocation':
        this.#invocations.inc({ operation: event.operation, outcome: event.outcome, upstream: event.upstream });
        this.#invocationLatency.observe(
          { operation: event.operation, upstream: event.upstream },
          event.latencyMs / 1000,
        );
        this.#tokens.inc({ direction: 'input', upstream: event.upstream }, event.inputTokens);
        this.#tokens.inc({ direction: 'output', upstream: event.upstream }, event.outputTokens);
        return;
      case 'server-started':
      case 'server-stopping':
        this.#log.info(event, event.name);
        return;
      case 'authorization-off':
        this.#events.inc({ event: event.name });
        this.#log.warn(
          event,
          'AUTHORIZATION IS OFF: every caller with a valid key may do everything in its account. Only for test suites; remove "authorization: off" from the configuration.',
        );
        return;
      case 'handler-failed':
        this.#events.inc({ event: event.name });
        this.#log.error({ ...event, error: describeError(event.error) }, 'a request failed inside Varve');
        return;
      case 'operational-failure':
        this.#events.inc({ event: `${event.name}:${event.reason}` });
        this.#log.warn(event, event.what);
        return;
      case 'invocations-recovered':
        this.#events.inc({ event: event.name });
        if (event.interrupted > 0)
          this.#log.warn(event, 'calls that the last run did not end were recorded as interrupted');
        return;
      case 'record-refused':
        this.#refused.inc({ reason: event.reason });
        this.#log.error(event, 'a call was refused: its record cannot be written');
        return;
      case 'record-missed':
        this.#missed.inc(event.count);
        this.#log.error(event, 'calls were served without a record');
        return;
      case 'delivery-attempts':
        this.#attempts.inc({ metric: event.metric }, event.count);
        return;
      case 'tamper-alert':
        this.#tamperAlerts.inc({ kind: event.kind });
        this.#log[event.severity === 'critical' ? 'error' : 'warn'](event, event.message);
        return;
      case 'connection-refused':
        this.#events.inc({ event: event.name });
        return;
      default:
        this.#room(event);
    }
  };

  /** Adds a gauge that is read when metrics are asked for. */
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: () => Iterable<{ labels: Record<string, string>; value: number }>,
  ): void {
    this.#gauges.add(name);
    const gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        for (const { labels, value } of collect()) gauge.set(labels, value);
      },
    });
  }

  /** Forgets all gauges: what they read has been closed. */
  clearGauges(): void {
    for (const name of this.#gauges) this.registry.removeSingleMetric(name);
    this.#gauges.clear();
  }

  #room(event: RoomEvent): void {
    this.#events.inc({ event: event.name });
    const level = event.level ?? 'debug';
    if (!this.#log.isLevelEnabled(level)) return;
    const { level: _, error, ...rest } = event;
    this.#log[level](error === undefined ? rest : { ...rest, error: describeError(error) }, event.name);
  }
}

/** An error for the log: its text and where it came from, never a request's content. */
export function describeError(error: unknown): { message: string; stack?: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  return error.stack === undefined ? { message: error.message } : { message: error.message, stack: error.stack };
}
