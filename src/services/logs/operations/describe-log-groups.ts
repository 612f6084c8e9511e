import type { DescribeLogGroupsCommandInput, LogGroup as WireGroup } from '@aws-sdk/client-cloudwatch-logs';
import { type LogGroup, logErrors } from '#log-groups';
import type { CallContext } from '../../service.ts';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { arnsOf, nameOfIdentifier } from '../group-identifier.ts';

const PAGE_GROUPS = 50;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
export function describeLogGroups({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DescribeLogGroupsCommandInput, context) => {
    const { limit = PAGE_GROUPS, nextToken } = input;
    const binding = `groups/${context.accountId}/${context.region}`;
    const from = nextToken === undefined ? undefined : String(logGroups.tokens.read(binding, nextToken));
    const wanted = selection(input, context);
    const found = logGroups.list(context).filter((group) => wanted(group) && (from === undefined || group.name > from));
    const page = found.slice(0, limit);
    const last = found.length > limit ? page[page.length - 1] : undefined;
    const sizes = await Promise.all(page.map((group) => logGroups.storedBytes(group)));
    return {
      logGroups: page.map((group, index) =>
        wireGroup(group, sizes[index] ?? 0, logGroups.metricFilters.count(group.generation)),
      ),
      ...(last && { nextToken: logGroups.tokens.write(binding, last.name) }),
    };
  });
}

function selection(input: DescribeLogGroupsCommandInput, context: CallContext): (group: LogGroup) => boolean {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupClass, logGroupIdentifiers } = input;
  if (prefix !== undefined && pattern !== undefined) {
    throw logErrors.invalidParameter(
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    );
  }
  if (logGroupIdentifiers && (prefix !== undefined || pattern !== undefined)) {
    throw logErrors.invalidParameter(
      'LogGroup identifiers and LogGroup name prefix or pattern are mutually exclusive parameters.',
    );
  }
  const names = logGroupIdentifiers && new Set(logGroupIdentifiers.map((one) => nameOfIdentifier(context, one)));
  // Groups of other accounts are never here: an account is asked about only by its own callers.
  const elsewhere = input.accountIdentifiers?.length && !input.accountIdentifiers.includes(context.accountId);
  return ({ name, groupClass }) =>
    !elsewhere &&
    (prefix === undefined || name.startsWith(prefix)) &&
    (pattern === undefined || name.includes(pattern)) &&
    (names === undefined || names.has(name)) &&
    (logGroupClass === undefined || groupClass === logGroupClass);
}

function wireGroup(group: LogGroup, storedBytes: number, metricFilterCount: number): WireGroup {
  return {
    logGroupName: group.name,
    creationTime: group.createdMs,
    ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
    metricFilterCount,
    ...arnsOf(group),
    storedBytes,
    logGroupClass: group.groupClass,
    deletionProtectionEnabled: group.deletionProtection,
    ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
  };
}
