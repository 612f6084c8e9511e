/** What a metric filter makes of a matching event. */
export interface MetricTransformation {
  readonly metricName: string;
  readonly metricNamespace: string;
  /** A number, or where the event says it: `$.selector`, `$field`. */
  readonly metricValue: string;
  readonly defaultValue?: number;
  readonly unit?: string;
  /** By the dimension's name where its value stands in an event. */
  readonly dimensions?: Readonly<Record<string, string>>;
}

export interface MetricFilter {
  readonly name: string;
  readonly pattern: string;
  readonly transformation: MetricTransformation;
  readonly createdMs: number;
}

/** The values of one metric and set of dimensions since the server's start. */
export interface MetricSeries {
  readonly labels: Readonly<Record<'account' | 'region' | 'namespace' | 'metric' | 'dimensions', string>>;
  count: number;
  sum: number;
}
