import type { DeleteMetricFilterCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html */
export function deleteMetricFilter({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logGroupName = '', filterName = '' }: DeleteMetricFilterCommandInput, context) => {
    await logGroups.metricFilters.delete(logGroups.get(context, logGroupName).generation, filterName);
    return {};
  });
}
