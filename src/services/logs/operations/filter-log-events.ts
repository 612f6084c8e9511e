import type { FilterLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { groupOf } from '../group-identifier.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export function filterLogEvents({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: FilterLogEventsCommandInput, context) => {
    const group = groupOf(logGroups, context, input.logGroupName, input.logGroupIdentifier);
    if (input.startTime !== undefined && input.endTime !== undefined && input.startTime > input.endTime) {
      throw logErrors.invalidParameter('startTime must not be after endTime.');
    }
    const { events, nextToken } = await logGroups.filterEvents(group, {
      streamNames: input.logStreamNames,
      streamNamePrefix: input.logStreamNamePrefix,
      startMs: input.startTime,
      endMs: input.endTime,
      filterPattern: input.filterPattern,
      limit: input.limit,
      nextToken: input.nextToken,
      startFromHead: input.startFromHead,
    });
    return {
      events: events.map(({ streamName, timestampMs, message, ingestionMs, eventId }) => ({
        logStreamName: streamName,
        timestamp: timestampMs,
        message,
        ingestionTime: ingestionMs,
        eventId,
      })),
      // Empty since AWS deprecated it.
      searchedLogStreams: [],
      ...(nextToken !== undefined && { nextToken }),
    };
  });
}
