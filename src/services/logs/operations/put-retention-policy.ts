import type { PutRetentionPolicyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export function putRetentionPolicy({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async ({ logGroupName, retentionInDays }: PutRetentionPolicyCommandInput, context) => {
    await logGroups.setRetention(context, logGroupName ?? '', retentionInDays ?? 0);
    return {};
  });
}
