import type { GetInsightSelectorsCommandInput } from '@aws-sdk/client-cloudtrail';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { refuseEventDataStore } from '../unsupported.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetInsightSelectors.html */
export function getInsightSelectors({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async ({ TrailName = '', EventDataStore }: GetInsightSelectorsCommandInput, context) => {
    refuseEventDataStore(EventDataStore);
    const { arn, insightSelectors } = trails.get(context, TrailName, 'arn');
    if (insightSelectors.length === 0) {
      throw new ApiError('InsightNotEnabledException', `Trail ${arn} does not have Insights enabled.`, { status: 400 });
    }
    return { TrailARN: arn, InsightSelectors: insightSelectors };
  });
}
