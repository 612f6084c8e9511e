import type { GetLogGroupFieldsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { groupOf } from '../group-identifier.ts';

const MINUTE_MS = 60_000;
/** Around a time that is named, and before now when none is. (API reference.) */
const AROUND_MS = 8 * MINUTE_MS;
const LATEST_MS = 15 * MINUTE_MS;
const SYSTEM_FIELDS = ['@ingestionTime', '@log', '@logStream', '@message', '@ptr', '@timestamp'];

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogGroupFields.html */
export function getLogGroupFields({ logGroups, store }: LogsDependencies): ImplementedOperation {
  return implement(async (input: GetLogGroupFieldsCommandInput, context) => {
    const group = groupOf(logGroups, context, input.logGroupName, input.logGroupIdentifier);
    await logGroups.readable(group);
    const nowMs = context.receivedAtMs;
    const aroundMs = input.time === undefined ? undefined : input.time * 1000;
    const { events, fields } = await store.logEventFields({
      groups: [group],
      startMs: aroundMs === undefined ? nowMs - LATEST_MS : aroundMs - AROUND_MS,
      endMs: aroundMs === undefined ? nowMs : aroundMs + AROUND_MS,
    });
    if (events === 0) return { logGroupFields: [] };
    const system = SYSTEM_FIELDS.map((name) => ({ name, percent: 100 }));
    const discovered = fields.map(({ name, count }) => ({
      name: name.startsWith('@') ? `@${name}` : name,
      percent: Math.round((100 * count) / events),
    }));
    const all = [...system, ...discovered].sort((a, b) => b.percent - a.percent || (a.name < b.name ? -1 : 1));
    return { logGroupFields: all };
  });
}
