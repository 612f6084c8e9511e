import type { ListTagsForResourceCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { taggedResource } from '../tagged.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html */
export function listTagsForResource(dependencies: LogsDependencies): ImplementedOperation {
  return implement(async ({ resourceArn }: ListTagsForResourceCommandInput, context) => ({
    tags: taggedResource(dependencies, context, resourceArn).tags,
  }));
}
