import type { PutResourcePolicyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { groupArn, logErrors, type LogGroups, type ResourcePolicy } from '#log-groups';
import { type CallContext, implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { nameOfArn } from '../group-identifier.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html */
export function putResourcePolicy({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: PutResourcePolicyCommandInput, context) => {
    const { policyName, policyDocument = '', resourceArn, expectedRevisionId } = input;
    if ((policyName === undefined) === (resourceArn === undefined)) {
      throw logErrors.invalidParameter('Either policyName or resourceArn must be specified.');
    }
    const policy = await logGroups.resourcePolicies.put(context, {
      name: policyName,
      resourceArn: resourceArn === undefined ? undefined : guardedArn(logGroups, context, resourceArn),
      document: policyDocument,
      expectedRevisionId,
    });
    return { resourcePolicy: describePolicy(policy), revisionId: policy.revisionId };
  });
}

/** The ARN of the group that is meant, without `:*`. @throws {ApiError} ResourceNotFoundException */
export function guardedArn(logGroups: LogGroups, context: CallContext, resourceArn: string): string {
  const name = nameOfArn(context, resourceArn);
  if (name === undefined) throw logErrors.groupNotFound();
  return groupArn(logGroups.get(context, name), name);
}

export function describePolicy(policy: ResourcePolicy): Record<string, unknown> {
  const { name, resourceArn, document, updatedMs, revisionId } = policy;
  return {
    ...(name !== undefined && { policyName: name }),
    policyDocument: document,
    lastUpdatedTime: updatedMs,
    policyScope: resourceArn === undefined ? 'ACCOUNT' : 'RESOURCE',
    ...(resourceArn !== undefined && { resourceArn }),
    revisionId,
  };
}
