import type { StopQueryCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors } from '#log-groups';
import { QueryRefused } from '#queries';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { found } from './get-query-results.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StopQuery.html */
export function stopQuery({ queries }: LogsDependencies): ImplementedOperation {
  return implement(async ({ queryId = '' }: StopQueryCommandInput, context) => {
    try {
      queries.stop(context, queryId);
    } catch (error) {
      if (error instanceof QueryRefused && error.reason === 'not-running') {
        throw logErrors.invalidParameter('The specified query is not running and cannot be stopped.');
      }
      return found(() => {
        throw error;
      });
    }
    return { success: true };
  });
}
