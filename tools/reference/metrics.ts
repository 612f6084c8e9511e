/** docs/reference/metrics.md, from the registry that /_varve/metrics prints. */
import { createLogger, Telemetry } from '#telemetry';
import { registerMessagingGauges } from '../../src/app/messaging.ts';
import { registerGauges } from '../../src/app/metrics.ts';
import { code, table } from './markdown.ts';

/** Gauges are registered and never read. */
const NOTHING = {} as never;

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames?: readonly string[];
}

export async function metricsPage(): Promise<string> {
  const telemetry = new Telemetry(createLogger('silent'));
  registerGauges(telemetry, NOTHING);
  registerMessagingGauges(telemetry, NOTHING);
  const metrics = telemetry.registry.getMetricsAsArray() as unknown as readonly Metric[];
  const rows = metrics
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, labelNames = [], help }) => [code(name), type, labelNames.map(code).join(', '), help]);
  return `# Metrics

\`GET /_varve/metrics\` answers in Prometheus' text format: on loopback without a token, elsewhere with
\`Authorization: Bearer\` and the configuration's \`metricsToken\`. What to watch is told in
[metrics and health](../guide/metrics-and-health.md).

${table(['name', 'type', 'labels', 'meaning'], rows)}
`;
}
