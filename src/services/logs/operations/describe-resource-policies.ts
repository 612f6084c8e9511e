import type { DescribeResourcePoliciesCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { describePolicy, guardedArn } from './put-resource-policy.ts';

const POLICIES_DEFAULT = 50;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html */
export function describeResourcePolicies({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DescribeResourcePoliciesCommandInput, context) => {
    const { limit = POLICIES_DEFAULT, nextToken, resourceArn } = input;
    // Without an ARN AWS tells those of the account, unless the others are asked for.
    const scope = input.policyScope ?? (resourceArn === undefined ? 'ACCOUNT' : 'RESOURCE');
    const arn = resourceArn === undefined ? undefined : guardedArn(logGroups, context, resourceArn);
    const wanted = logGroups.resourcePolicies
      .list(context)
      .filter((policy) =>
        scope === 'ACCOUNT'
          ? policy.resourceArn === undefined
          : policy.resourceArn !== undefined && (arn === undefined || policy.resourceArn === arn),
      );
    const start = nextToken === undefined ? 0 : Number(logGroups.tokens.read('resource-policies', nextToken));
    const end = start + limit;
    return {
      resourcePolicies: wanted.slice(start, end).map(describePolicy),
      ...(end < wanted.length && { nextToken: logGroups.tokens.write('resource-policies', end) }),
    };
  });
}
