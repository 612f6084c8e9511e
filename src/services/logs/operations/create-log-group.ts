import type { CreateLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { denialSentence } from '#identity';
import { groupArn, streamArn } from '#log-groups';
import { ApiError } from '#wire';
import { requestTagContext } from '../../authorization.ts';
import { type CallContext, implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { checkTags } from '../tags.ts';
import { checkKmsKey } from './associate-kms-key.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export function createLogGroup({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: CreateLogGroupCommandInput, context) => {
    if (input.kmsKeyId !== undefined) checkKmsKey(input.kmsKeyId);
    const { tags = {} } = input;
    checkTags(tags);
    refuseUnlessMayTag(context, input.logGroupName ?? '', tags);
    await logGroups.create(context, {
      name: input.logGroupName ?? '',
      tags,
      kmsKeyId: input.kmsKeyId,
      ...(input.logGroupClass && { groupClass: input.logGroupClass }),
      ...(input.deletionProtectionEnabled !== undefined && { deletionProtection: input.deletionProtectionEnabled }),
    });
    return {};
  });
}

/** Who makes a group with tags must be allowed to tag it, by the operation of today or the older one. (API reference, CreateLogGroup, `tags`.) */
function refuseUnlessMayTag(
  context: CallContext,
  name: string,
  tags: NonNullable<CreateLogGroupCommandInput['tags']>,
): void {
  if (Object.keys(tags).length === 0) return;
  const tagContext = requestTagContext(tags);
  const older = { action: 'logs:TagLogGroup', resource: streamArn(context, name, ''), context: tagContext };
  const question = { action: 'logs:TagResource', resource: groupArn(context, name), context: tagContext };
  const decision = context.may(question);
  if (decision.effect === 'allow' || context.may(older).effect === 'allow') return;
  throw new ApiError('AccessDeniedException', denialSentence(decision, context.caller.arn, question));
}
