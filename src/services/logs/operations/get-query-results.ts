import type { GetQueryResultsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { QueryRefused, type QueryView } from '#queries';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { encodePointer } from '../record-pointer.ts';

/** Rows of one answer when `maxItems` says nothing: all that a query has without a limit of its own. */
const ROWS_DEFAULT = 10_000;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html */
export function getQueryResults({ logGroups, queries }: LogsDependencies): ImplementedOperation {
  return implement(async ({ queryId = '', maxItems, nextToken }: GetQueryResultsCommandInput, context) => {
    const query = found(() => queries.get(context, queryId));
    const start = nextToken === undefined ? 0 : Number(logGroups.tokens.read(`query ${queryId}`, nextToken));
    const end = start + (maxItems ?? ROWS_DEFAULT);
    const { statistics, status } = query;
    return {
      queryLanguage: query.language,
      results:
        query.failure === undefined ? rowsOf(query, start, end) : [[{ field: '@message', value: query.failure }]],
      statistics: {
        recordsMatched: statistics.recordsMatched,
        recordsScanned: statistics.recordsScanned,
        estimatedRecordsSkipped: 0,
        bytesScanned: statistics.bytesScanned,
        estimatedBytesSkipped: 0,
        logGroupsScanned: statistics.logGroupsScanned,
      },
      status,
      ...(end < query.rows.length && { nextToken: logGroups.tokens.write(`query ${queryId}`, end) }),
    };
  });
}

function rowsOf({ columns, rows }: QueryView, start: number, end: number): { field: string; value: string }[][] {
  return rows.slice(start, end).map((row) =>
    columns.flatMap((field, index) => {
      const value = row[index];
      // A field that is missing is left out of its row.
      if (value === null || value === undefined) return [];
      return [{ field, value: field === '@ptr' ? encodePointer(value) : value }];
    }),
  );
}

/** @throws {ApiError} ResourceNotFoundException for a query that is not there (any more) */
export function found<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    throw new ApiError('ResourceNotFoundException', 'The specified query does not exist.');
  }
}
