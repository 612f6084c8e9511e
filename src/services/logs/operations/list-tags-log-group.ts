import type { ListTagsLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** Older form of ListTagsForResource. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html */
export function listTagsLogGroup({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logGroupName }: ListTagsLogGroupCommandInput, context) => ({
    tags: logGroups.get(context, logGroupName ?? '').tags,
  }));
}
