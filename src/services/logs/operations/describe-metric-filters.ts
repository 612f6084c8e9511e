import type { DescribeMetricFiltersCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors, type LogGroup, type MetricFilter } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

const PAGE_FILTERS = 50;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html */
export function describeMetricFilters({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DescribeMetricFiltersCommandInput, context) => {
    const { logGroupName, filterNamePrefix = '', metricName, metricNamespace, limit = PAGE_FILTERS, nextToken } = input;
    if ((metricName === undefined) !== (metricNamespace === undefined)) {
      throw logErrors.invalidParameter('metricName and metricNamespace must be given together.');
    }
    const groups = logGroupName === undefined ? logGroups.list(context) : [logGroups.get(context, logGroupName)];
    const binding = `metric-filters/${context.accountId}/${context.region}/${logGroupName ?? ''}`;
    const after = nextToken === undefined ? undefined : String(logGroups.tokens.read(binding, nextToken));
    const found = groups
      .flatMap((group) => logGroups.metricFilters.list(group.generation).map((filter) => ({ group, filter })))
      .filter(
        ({ filter: { name, transformation } }) =>
          name.startsWith(filterNamePrefix) &&
          (metricName === undefined || transformation.metricName === metricName) &&
          (metricNamespace === undefined || transformation.metricNamespace === metricNamespace),
      )
      .map((one) => ({ ...one, place: `${one.filter.name}:${one.group.name}` }))
      .sort((a, b) => (a.place < b.place ? -1 : 1))
      .filter(({ place }) => after === undefined || place > after);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      metricFilters: page.map(({ group, filter }) => wireFilter(group, filter)),
      ...(last && { nextToken: logGroups.tokens.write(binding, last.place) }),
    };
  });
}

function wireFilter(group: LogGroup, { name, pattern, transformation, createdMs }: MetricFilter): object {
  return {
    filterName: name,
    filterPattern: pattern,
    metricTransformations: [transformation],
    creationTime: createdMs,
    logGroupName: group.name,
    applyOnTransformedLogs: false,
  };
}
