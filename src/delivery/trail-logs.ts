/**
 * The events of a trail in a log group: one log event a record, one stream for each Region of events, at the time of delivery
 * (specs: cloudtrail §5.3), so that an alarm on what comes late goes off. Limits and retries are those of invocation logs.
 */
import type { Clock } from '#base';
import { cutLines, deliveryKey, eventOf, linesOf } from './cloudwatch-logs.ts';
import { trailStreamName } from './names.ts';
import { condenser, counted, type EntryRenderer, type RenderedBatch, renderBatch } from './render.ts';
import { noted, regionsOf } from './trail-items.ts';
import type {
  BatchPlan,
  DeliveryListener,
  LogSink,
  ReaderSink,
  TrailLogsDestinationSpec,
  TrailPorts,
} from './types.ts';

export interface TrailLogsSinkOptions {
  readonly spec: TrailLogsDestinationSpec;
  readonly logs: LogSink;
  readonly render: EntryRenderer;
  readonly trails: Pick<TrailPorts, 'status'>;
  readonly clock: Clock;
  readonly onEvent: DeliveryListener;
}

export function trailLogsSink(options: TrailLogsSinkOptions): ReaderSink {
  const { spec, render, trails, clock } = options;
  return {
    condense: condenser(spec.entriesOf, render),
    deliver: async (plan, entries) => {
      const batch = await renderBatch(entries, spec.entriesOf, render);
      if (batch.items.length > 0) {
        const noting = { trailId: spec.trailId, status: trails.status, clock };
        await noted('logs', noting, () => putAll(options, plan, batch));
      }
      return { unreadable: batch.unreadable };
    },
  };
}

async function putAll(
  { spec, logs, onEvent }: TrailLogsSinkOptions,
  plan: BatchPlan,
  batch: RenderedBatch,
): Promise<void> {
  let index = 0;
  for (const [region, items] of regionsOf(batch.items)) {
    const destination = { ...spec, streamName: trailStreamName(spec.accountId, region) };
    for (const lines of cutLines(linesOf(items, batch.unreadable, plan.stampMs))) {
      const key = deliveryKey(plan, index++);
      await counted('trailLogs', onEvent, () => logs.put(destination, lines.map(eventOf), key));
    }
  }
}
