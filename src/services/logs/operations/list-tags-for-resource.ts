import type { ListTagsForResourceCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { taggedGroup } from '../group-identifier.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html */
export function listTagsForResource({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ resourceArn }: ListTagsForResourceCommandInput, context) => ({
    tags: taggedGroup(logGroups, context, resourceArn ?? '').tags,
  }));
}
