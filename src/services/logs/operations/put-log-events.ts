import type { PutLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { sequenceToken } from '../sequence-token.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export function putLogEvents({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: PutLogEventsCommandInput, context) => {
    const { logGroupName = '', logStreamName = '', logEvents = [] } = input;
    const events = logEvents.map(({ timestamp, message }) => ({
      timestampMs: Number(timestamp),
      message: message ?? '',
    }));
    const rejected = await logGroups.append(context, logGroupName, logStreamName, events);
    const { generation } = logGroups.find(context, logGroupName) ?? { generation: '' };
    return {
      nextSequenceToken: sequenceToken(`${generation}/${logStreamName}`),
      ...(rejected && { rejectedLogEventsInfo: rejected }),
    };
  });
}
