import type { ListTrailsCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { refuseToken } from '../unsupported.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTrails.html */
export function listTrails({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ NextToken }: ListTrailsCommandInput, context) => {
    refuseToken(NextToken);
    return {
      Trails: trails.visible(context).map(({ arn, name, homeRegion }) => ({
        TrailARN: arn,
        Name: name,
        HomeRegion: homeRegion,
      })),
    };
  });
}
