import type { LookupEventsCommandInput, LookupEventsCommandOutput } from '@aws-sdk/client-cloudtrail';
import type { AuditEventRow } from '#store';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';

type Told = NonNullable<LookupEventsCommandOutput['Events']>[number];

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html */
export function lookupEvents({ history }: CloudTrailDependencies): ImplementedOperation {
  return implement(async (input: LookupEventsCommandInput, { accountId, region }) => {
    const { events, nextToken } = await history.lookup(accountId, region, {
      attributes: (input.LookupAttributes ?? []).map(({ AttributeKey: key, AttributeValue: value }) => ({
        key,
        value,
      })),
      startMs: input.StartTime?.getTime(),
      endMs: input.EndTime?.getTime(),
      category: input.EventCategory,
      maxResults: input.MaxResults,
      nextToken: input.NextToken,
    });
    return { Events: events.map(told), ...(nextToken !== undefined && { NextToken: nextToken }) };
  });
}

/** What is not known of an event is not there. */
function told(event: AuditEventRow): Told {
  const { username, accessKeyId, timestampMs } = event;
  return {
    EventId: event.eventId,
    EventName: event.eventName,
    ReadOnly: String(event.readOnly),
    ...(accessKeyId !== '' && { AccessKeyId: accessKeyId }),
    // Whole seconds, as in the event itself.
    EventTime: new Date(Math.floor(timestampMs / 1000) * 1000),
    EventSource: event.eventSource,
    ...(username !== '' && { Username: username }),
    Resources: event.resources.map(({ type, name }) => ({ ResourceType: type, ResourceName: name })),
    CloudTrailEvent: event.record,
  };
}
