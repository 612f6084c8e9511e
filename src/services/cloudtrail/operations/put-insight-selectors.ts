import type { PutInsightSelectorsCommandInput } from '@aws-sdk/client-cloudtrail';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { CloudTrailDependencies } from '../dependencies.ts';
import { refuseEventDataStore } from '../unsupported.ts';

/** https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html */
export function putInsightSelectors({ trails }: CloudTrailDependencies): ImplementedOperation {
  return implement(async (input: PutInsightSelectorsCommandInput, context) => {
    const { TrailName = '', InsightSelectors = [], EventDataStore, InsightsDestination } = input;
    refuseEventDataStore(EventDataStore ?? InsightsDestination);
    const { arn, insightSelectors } = await trails.putInsightSelectors(context, TrailName, InsightSelectors);
    return { TrailARN: arn, InsightSelectors: insightSelectors };
  });
}
