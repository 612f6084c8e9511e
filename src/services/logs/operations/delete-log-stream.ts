import type { DeleteLogStreamCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html */
export function deleteLogStream({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logGroupName, logStreamName }: DeleteLogStreamCommandInput, context) => {
    await logGroups.deleteStream(context, logGroupName ?? '', logStreamName ?? '');
    return {};
  });
}
