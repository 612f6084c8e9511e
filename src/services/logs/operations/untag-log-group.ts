import type { UntagLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { withoutTags } from '../tags.ts';

/** Older form of UntagResource. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html */
export function untagLogGroup({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logGroupName, tags: keys = [] }: UntagLogGroupCommandInput, context) => {
    await logGroups.changeTags(context, logGroupName ?? '', (tags) => withoutTags(tags, keys));
    return {};
  });
}
