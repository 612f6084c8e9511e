import type { TagLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { withTags } from '../tags.ts';

/** Older form of TagResource. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html */
export function tagLogGroup({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logGroupName, tags: added = {} }: TagLogGroupCommandInput, context) => {
    await logGroups.changeTags(context, logGroupName ?? '', (tags) => withTags(tags, added));
    return {};
  });
}
