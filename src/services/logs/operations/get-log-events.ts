import type { GetLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { groupOf } from '../group-identifier.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html */
export function getLogEvents({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: GetLogEventsCommandInput, context) => {
    const group = groupOf(logGroups, context, input.logGroupName, input.logGroupIdentifier);
    const { events, ...tokens } = await logGroups.getEvents(group, {
      streamName: input.logStreamName ?? '',
      startMs: input.startTime,
      endMs: input.endTime,
      limit: input.limit,
      nextToken: input.nextToken,
      startFromHead: input.startFromHead,
    });
    return {
      events: events.map(({ timestampMs, message, ingestionMs }) => ({
        timestamp: timestampMs,
        message,
        ingestionTime: ingestionMs,
      })),
      ...tokens,
    };
  });
}
