import type {
  MetricTransformation as WireTransformation,
  PutMetricFilterCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { logErrors, type MetricTransformation } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
export function putMetricFilter({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: PutMetricFilterCommandInput, context) => {
    const { logGroupName = '', filterName = '', filterPattern = '', metricTransformations = [] } = input;
    const { generation } = logGroups.get(context, logGroupName);
    if (input.applyOnTransformedLogs || input.fieldSelectionCriteria || input.emitSystemFieldDimensions?.length) {
      throw logErrors.invalidParameter(
        'applyOnTransformedLogs, fieldSelectionCriteria and emitSystemFieldDimensions are not supported yet.',
      );
    }
    const transformation = transformationOf(metricTransformations[0]);
    await logGroups.metricFilters.put(generation, filterName, filterPattern, transformation);
    return {};
  });
}

function transformationOf(wire: Partial<WireTransformation> = {}): MetricTransformation {
  const { metricName = '', metricNamespace = '', metricValue = '', defaultValue, unit, dimensions } = wire;
  return {
    metricName,
    metricNamespace,
    metricValue,
    ...(defaultValue !== undefined && { defaultValue }),
    ...(unit !== undefined && { unit }),
    ...(dimensions !== undefined && { dimensions }),
  };
}
