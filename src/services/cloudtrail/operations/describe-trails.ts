import type { DescribeTrailsCommandInput } from '@aws-sdk/client-cloudtrail';
import type { Trail } from '#trails';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { trailAnswer } from '../trail-shapes.ts';

/**
 * Names that there are not are left out.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
 */
export function describeTrails({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ trailNameList = [], includeShadowTrails = true }: DescribeTrailsCommandInput, context) => {
    const asked: readonly Trail[] =
      trailNameList.length === 0
        ? trails.visible(context)
        : trailNameList.flatMap((nameOrArn) => trails.find(context, nameOrArn) ?? []);
    return {
      trailList: [...new Set(asked)]
        .filter(({ homeRegion }) => includeShadowTrails || homeRegion === context.region)
        .map(trailAnswer),
    };
  });
}
