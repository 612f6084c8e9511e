import type { AssociateKmsKeyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors, type LogGroup, type LogGroups } from '#log-groups';
import { type CallContext, implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { groupOf } from '../group-identifier.ts';

const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;

/**
 * The key is kept and told (DescribeLogGroups); nothing is encrypted with it (docs/compatibility.md).
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
 */
export function associateKmsKey({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: AssociateKmsKeyCommandInput, context) => {
    const { kmsKeyId = '' } = input;
    checkKmsKey(kmsKeyId);
    await logGroups.setKmsKey(context, keyedGroup(logGroups, context, input).name, kmsKeyId);
    return {};
  });
}

/** @throws {ApiError} InvalidParameterException for what is no ARN of a key */
export function checkKmsKey(kmsKeyId: string): void {
  if (!KEY_ARN.test(kmsKeyId)) throw logErrors.invalidParameter('The specified KMS key ARN is invalid.');
}

/** @throws {ApiError} ResourceNotFoundException; InvalidParameterException for the results of queries, which are not kept */
export function keyedGroup(
  logGroups: LogGroups,
  context: CallContext,
  { logGroupName, resourceIdentifier }: Omit<AssociateKmsKeyCommandInput, 'kmsKeyId'>,
): LogGroup {
  if (resourceIdentifier?.includes(':query-result:')) {
    throw logErrors.invalidParameter('Varve keeps the results of queries in memory only; no key is needed for them.');
  }
  return groupOf(logGroups, context, logGroupName, resourceIdentifier);
}
