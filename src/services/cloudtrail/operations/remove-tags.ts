import type { RemoveTagsCommandInput } from '@aws-sdk/client-cloudtrail';
import { withoutTags } from '#trails';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RemoveTags.html */
export function removeTags({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ ResourceId = '', TagsList = [] }: RemoveTagsCommandInput, context) => {
    await trails.changeTags(context, ResourceId, (tags) => withoutTags(tags, TagsList));
    return {};
  });
}
