import type { DeleteRetentionPolicyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html */
export function deleteRetentionPolicy({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logGroupName }: DeleteRetentionPolicyCommandInput, context) => {
    await logGroups.setRetention(context, logGroupName ?? '', undefined);
    return {};
  });
}
