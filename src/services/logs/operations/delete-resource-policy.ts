import type { DeleteResourcePolicyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { guardedArn } from './put-resource-policy.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html */
export function deleteResourcePolicy({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DeleteResourcePolicyCommandInput, context) => {
    const { policyName, resourceArn, expectedRevisionId } = input;
    if ((policyName === undefined) === (resourceArn === undefined)) {
      throw logErrors.invalidParameter('Either policyName or resourceArn must be specified.');
    }
    const key = resourceArn === undefined ? (policyName ?? '') : guardedArn(logGroups, context, resourceArn);
    await logGroups.resourcePolicies.delete(context, key, expectedRevisionId);
    return {};
  });
}
