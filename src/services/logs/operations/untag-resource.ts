import type { UntagResourceCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { withoutTags } from '../tags.ts';
import { taggedResource } from '../tagged.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html */
export function untagResource(dependencies: LogsDependencies): ImplementedOperation {
  return implement(async ({ resourceArn, tagKeys = [] }: UntagResourceCommandInput, context) => {
    await taggedResource(dependencies, context, resourceArn).change((tags) => withoutTags(tags, tagKeys));
    return {};
  });
}
