import type { AddTagsCommandInput } from '@aws-sdk/client-cloudtrail';
import { withTags } from '#trails';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AddTags.html */
export function addTags({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ ResourceId = '', TagsList = [] }: AddTagsCommandInput, context) => {
    await trails.changeTags(context, ResourceId, (tags) => withTags(tags, TagsList));
    return {};
  });
}
