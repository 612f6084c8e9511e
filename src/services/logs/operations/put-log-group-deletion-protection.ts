import type { PutLogGroupDeletionProtectionCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { nameOfIdentifier } from '../group-identifier.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html */
export function putLogGroupDeletionProtection({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: PutLogGroupDeletionProtectionCommandInput, context) => {
    const name = nameOfIdentifier(context, input.logGroupIdentifier ?? '');
    await logGroups.setDeletionProtection(context, name, input.deletionProtectionEnabled ?? false);
    return {};
  });
}
