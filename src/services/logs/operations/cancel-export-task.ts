import type { CancelExportTaskCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CancelExportTask.html */
export function cancelExportTask({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ taskId = '' }: CancelExportTaskCommandInput, context) => {
    await logGroups.exports.cancel(context, taskId);
    return {};
  });
}
