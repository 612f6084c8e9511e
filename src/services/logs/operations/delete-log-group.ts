import type { DeleteLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html */
export function deleteLogGroup({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logGroupName }: DeleteLogGroupCommandInput, context) => {
    await logGroups.delete(context, logGroupName ?? '', ({ deletionProtection }) => {
      // AWS answers with this code; its wording is not known.
      if (deletionProtection) {
        throw new ApiError(
          'ValidationException',
          'The log group cannot be deleted because deletion protection is enabled. Disable deletion protection first.',
        );
      }
    });
    return {};
  });
}
