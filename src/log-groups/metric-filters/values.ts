/**
 * Metric values from events, as Prometheus can read them: for each metric and set of dimensions how many values there
 * were since the start, and their sum.
 *
 * Events that could not be looked at, and values past the bound of series, are counted as dropped.
 */
import { compileTest, type EventTest, parseFilterPattern } from '#insights';
import type { AppendedEvent, EventWatcher } from '../appended-events.ts';
import type { LogGroup } from '../types.ts';
import type { MetricFilterRegistry } from './registry.ts';
import type { MetricFilter, MetricSeries } from './types.ts';

/** Sets of labels that are kept. */
export const SERIES_MAX = 1_000;
/** A dimension's value; longer ones are cut (CloudWatch's own bound). UTF-16 units. */
const DIMENSION_CHARS_MAX = 1_024;

export class MetricValues implements EventWatcher {
  readonly #filters: MetricFilterRegistry;
  readonly #series = new Map<string, MetricSeries>();
  /** Filters are never changed, only replaced. */
  readonly #tests = new WeakMap<MetricFilter, EventTest>();
  #dropped = 0;

  constructor(filters: MetricFilterRegistry) {
    this.#filters = filters;
  }

  /** All series since the start. */
  get series(): Iterable<Readonly<MetricSeries>> {
    return this.#series.values();
  }

  /** Values that had no series, and events that could not be looked at, once for each filter. */
  get dropped(): number {
    return this.#dropped;
  }

  watches({ generation }: LogGroup): boolean {
    return this.#filters.count(generation) > 0;
  }

  see({ group, message }: AppendedEvent): void {
    for (const filter of this.#filters.list(group.generation)) this.#apply(group, filter, message);
  }

  missed(group: LogGroup, events: number): void {
    this.#dropped += events * this.#filters.count(group.generation);
  }

  #testOf(filter: MetricFilter): EventTest {
    const test = this.#tests.get(filter) ?? compileTest(parseFilterPattern(filter.pattern));
    this.#tests.set(filter, test);
    return test;
  }

  #apply(group: LogGroup, filter: MetricFilter, message: string): void {
    const { transformation } = filter;
    const { metricValue, dimensions = {} } = transformation;
    const test = this.#testOf(filter);
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
