import type { DescribeQueriesCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import type { QueryView } from '#queries';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

const QUERIES_DEFAULT = 1_000;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueries.html */
export function describeQueries({ logGroups, queries }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DescribeQueriesCommandInput, context) => {
    const { logGroupName, status, queryLanguage, maxResults = QUERIES_DEFAULT, nextToken } = input;
    const wanted = queries
      .list(context)
      .filter(
        (query) =>
          (logGroupName === undefined || query.groups.some(({ name }) => name === logGroupName)) &&
          (status === undefined || query.status === status) &&
          (queryLanguage === undefined || query.language === queryLanguage),
      );
    // The token names the last query given: others may have begun since.
    const after = nextToken === undefined ? undefined : String(logGroups.tokens.read('queries', nextToken));
    const start = after === undefined ? 0 : wanted.findIndex(({ id }) => id === after) + 1;
    const page = wanted.slice(start, start + maxResults);
    const last = page.at(-1);
    return {
      queries: page.map(describe),
      ...(last && start + maxResults < wanted.length && { nextToken: logGroups.tokens.write('queries', last.id) }),
    };
  });
}

/** The text of Logs Insights QL is told with its groups and times before it. (Recorded from AWS.) */
function describe(query: QueryView): Record<string, unknown> {
  const sources = query.groups.map(({ name }) => `"${name}"`).join(', ');
  return {
    queryLanguage: query.language,
    queryId: query.id,
    queryString:
      query.language === 'CWLI'
        ? `SOURCE ${sources} START=${query.startMs} END=${query.endMs} | ${query.text}`
        : query.text,
    status: query.status,
    createTime: query.createdMs,
    ...(query.endedMs !== undefined && { queryDuration: query.endedMs - query.createdMs }),
    bytesScanned: query.statistics.bytesScanned,
    logGroupName: query.groups[0]?.name,
  };
}
