import type { TagResourceCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { taggedGroup } from '../group-identifier.ts';
import { withTags } from '../tags.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html */
export function tagResource({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ resourceArn, tags: added = {} }: TagResourceCommandInput, context) => {
    const { name } = taggedGroup(logGroups, context, resourceArn ?? '');
    await logGroups.changeTags(context, name, (tags) => withTags(tags, added));
    return {};
  });
}
