import type { CreateLogStreamCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html */
export function createLogStream({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logGroupName, logStreamName }: CreateLogStreamCommandInput, context) => {
    await logGroups.createStream(context, logGroupName ?? '', logStreamName ?? '');
    return {};
  });
}
