import type { UntagResourceCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { taggedGroup } from '../group-identifier.ts';
import { withoutTags } from '../tags.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html */
export function untagResource({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ resourceArn, tagKeys = [] }: UntagResourceCommandInput, context) => {
    const { name } = taggedGroup(logGroups, context, resourceArn ?? '');
    await logGroups.changeTags(context, name, (tags) => withoutTags(tags, tagKeys));
    return {};
  });
}
