import type { ListTagsCommandInput } from '@aws-sdk/client-cloudtrail';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { refuseToken } from '../unsupported.ts';

const RESOURCES_MAX = 20;

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTags.html */
export function listTags({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ ResourceIdList = [], NextToken }: ListTagsCommandInput, context) => {
    refuseToken(NextToken);
    if (ResourceIdList.length > RESOURCES_MAX) {
      throw new ApiError(
        'InvalidParameterException',
        `Tags of at most ${RESOURCES_MAX} resources can be listed at once.`,
        { status: 400 },
      );
    }
    return {
      ResourceTagList: ResourceIdList.map((ResourceId) => ({
        ResourceId,
        TagsList: [...trails.tagged(context, ResourceId).tags].map(([Key, Value]) =>
          Value === '' ? { Key } : { Key, Value },
        ),
      })),
    };
  });
}
