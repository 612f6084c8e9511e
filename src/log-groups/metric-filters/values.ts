/**
 * Metric values from events, as Prometheus can read them: for each metric and set of dimensions how many values there
 * were since the start, and their sum.
 *
 * Events are looked at in the background, in small turns, so that no caller of PutLogEvents waits for filters. What does
 * not fit into the queue, and series past the bound, are counted as dropped.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { compileTest, type EventTest, parseFilterPattern } from '#insights';
import type { LogEvent } from '#records';
import type { MetricFilterRegistry } from './registry.ts';
import type { AppendListener, MetricFilter, MetricSeries } from './types.ts';

/** Sets of labels that are kept. */
export const SERIES_MAX = 1_000;
/** Messages that wait, in UTF-16 units. */
const QUEUE_CHARS_MAX = 32 * 1_048_576;
/** How long filters run before others get their turn. Milliseconds. */
const TURN_MS = 5;
/** A dimension's value; longer ones are cut (CloudWatch's own bound). UTF-16 units. */
const DIMENSION_CHARS_MAX = 1_024;

type Group = Parameters<AppendListener>[0];

interface Compiled {
  readonly filter: MetricFilter;
  readonly test: EventTest;
}

export class MetricValues {
  readonly #filters: MetricFilterRegistry;
  readonly #series = new Map<string, MetricSeries>();
  /** Filters are never changed, only replaced. */
  readonly #compiled = new WeakMap<MetricFilter, Compiled>();
  #queue: { group: Group; events: readonly LogEvent[]; chars: number }[] = [];
  #queuedChars = 0;
  #draining: Promise<void> | undefined;
  #dropped = 0;

  constructor(filters: MetricFilterRegistry) {
    this.#filters = filters;
  }

  /** All series since the start. */
  get series(): Iterable<Readonly<MetricSeries>> {
    return this.#series.values();
  }

  /** Events that could not be looked at, and values that had no series. */
  get dropped(): number {
    return this.#dropped;
  }

  readonly appended: AppendListener = (group, _streamName, events) => {
    if (this.#filters.count(group.generation) === 0) return;
    const chars = events.reduce((sum, { message }) => sum + message.length, 0);
    if (this.#queuedChars + chars > QUEUE_CHARS_MAX) {
      this.#dropped += events.length;
      return;
    }
    this.#queue.push({ group, events, chars });
    this.#queuedChars += chars;
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
    });
  };

  /** Resolves when everything that was put has been looked at. */
  async settled(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  async #drain(): Promise<void> {
    await nextTurn();
    let turnMs = performance.now();
    for (let batch = this.#queue.shift(); batch; batch = this.#queue.shift()) {
      const { group, events, chars } = batch;
      const filters = this.#filters.list(group.generation).map((filter) => this.#compile(filter));
      for (const { filter, test } of filters) {
        for (const { message } of events) {
          this.#apply(group, filter, test, message);
          if (performance.now() - turnMs < TURN_MS) continue;
          await nextTurn();
          turnMs = performance.now();
        }
      }
      this.#queuedChars -= chars;
    }
  }

  #compile(filter: MetricFilter): Compiled {
    const known = this.#compiled.get(filter) ?? { filter, test: compileTest(parseFilterPattern(filter.pattern)) };
    this.#compiled.set(filter, known);
    return known;
  }

  #apply(group: Group, { transformation }: MetricFilter, test: EventTest, message: string): void {
    const { metricValue, dimensions = {} } = transformation;
    if (!test.matches(message)) return;
    const text = metricValue.startsWith('$') ? test.valueOf(message, metricValue) : metricValue;
    const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
    // As in AWS, an event whose value is no number gives none.
    if (!Number.isFinite(value)) return;
    const names = Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const found = names.flatMap(([name, where]) => {
      const dimension = test.valueOf(message, where);
      return dimension === undefined ? [] : [[name, dimension.slice(0, DIMENSION_CHARS_MAX)] as const];
    });
    const series = this.#seriesOf({
      account: group.accountId,
      region: group.region,
      namespace: transformation.metricNamespace,
      metric: transformation.metricName,
      dimensions: found.length === 0 ? '' : JSON.stringify(Object.fromEntries(found)),
    });
    if (!series) {
      this.#dropped += 1;
      return;
    }
    series.count += 1;
    series.sum += value;
  }

  #seriesOf(labels: MetricSeries['labels']): MetricSeries | undefined {
    const key = JSON.stringify(labels);
    const known = this.#series.get(key);
    if (known || this.#series.size >= SERIES_MAX) return known;
    const series = { labels, count: 0, sum: 0 };
    this.#series.set(key, series);
    return series;
  }
}
