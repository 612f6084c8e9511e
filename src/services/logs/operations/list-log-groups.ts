import type { ListLogGroupsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { arnsOf } from '../group-identifier.ts';

const PAGE_GROUPS = 50;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html */
export function listLogGroups({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: ListLogGroupsCommandInput, context) => {
    if (input.dataSources || input.fieldIndexNames) {
      throw logErrors.invalidParameter('Listing log groups by data source or field index is not supported yet.');
    }
    const { limit = PAGE_GROUPS, nextToken, logGroupNamePattern, logGroupClass } = input;
    const binding = `list-groups/${context.accountId}/${context.region}`;
    const from = nextToken === undefined ? undefined : String(logGroups.tokens.read(binding, nextToken));
    // The model's pattern allows names, a leading ^ for prefixes, and | between up to five of them.
    const parts = logGroupNamePattern?.split('|');
    const named = (name: string): boolean =>
      parts?.some((part) => (part.startsWith('^') ? name.startsWith(part.slice(1)) : name.includes(part))) ?? true;
    const found = logGroups
      .list(context)
      .filter(({ name, groupClass }) => named(name) && (!logGroupClass || groupClass === logGroupClass))
      .filter(({ name }) => from === undefined || name > from);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page[page.length - 1] : undefined;
    return {
      logGroups: page.map((group) => ({
        logGroupName: group.name,
        logGroupArn: arnsOf(group).logGroupArn,
        logGroupClass: group.groupClass,
      })),
      ...(last && { nextToken: logGroups.tokens.write(binding, last.name) }),
    };
  });
}
