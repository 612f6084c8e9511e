import type { CreateLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { checkTags } from '../tags.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export function createLogGroup({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: CreateLogGroupCommandInput, context) => {
    if (input.kmsKeyId !== undefined) {
      throw logErrors.invalidParameter(
        'Encryption of log groups with KMS keys is not supported yet; create the log group without kmsKeyId.',
      );
    }
    const { tags = {} } = input;
    checkTags(tags);
    await logGroups.create(context, {
      name: input.logGroupName ?? '',
      tags,
      ...(input.logGroupClass && { groupClass: input.logGroupClass }),
      ...(input.deletionProtectionEnabled !== undefined && { deletionProtection: input.deletionProtectionEnabled }),
    });
    return {};
  });
}
