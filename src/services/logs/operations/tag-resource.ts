import type { TagResourceCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { withTags } from '../tags.ts';
import { taggedResource } from '../tagged.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html */
export function tagResource(dependencies: LogsDependencies): ImplementedOperation {
  return implement(async ({ resourceArn, tags: added = {} }: TagResourceCommandInput, context) => {
    await taggedResource(dependencies, context, resourceArn).change((tags) => withTags(tags, added));
    return {};
  });
}
