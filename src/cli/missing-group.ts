/** A log group that is not there: which ones are, that may have been meant. */
import { type CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { OperationalError } from '#base';
import { nearestWord } from '#config';

/** Names that are looked through. */
const GROUPS_MAX = 1_000;
const PAGE_GROUPS = 50;
const SHOWN_MAX = 3;

/**
 * @param wanted names or ARNs
 * @returns undefined when all of them are there: then something else is missing
 */
export async function missingGroup(
  client: CloudWatchLogsClient,
  wanted: readonly string[],
): Promise<OperationalError | undefined> {
  const names = await groupNames(client).catch(() => undefined);
  const missing = wanted.map(nameOf).find((name) => !names?.includes(name));
  if (missing === undefined) return undefined;
  return new OperationalError(
    'no-such-log-group',
    `there is no log group "${missing}" here`,
    suggestion(missing, names),
  );
}

function nameOf(identifier: string): string {
  return /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)/.exec(identifier)?.[1] ?? identifier;
}

/** @param names undefined when the caller may not list them */
function suggestion(wanted: string, names: readonly string[] | undefined): string {
  if (!names) return 'Check its name, the Region and the account.';
  if (names.length === 0) return 'There are no log groups in this account and Region at all.';
  const near = nearestNames(wanted, names);
  if (near.length > 0) return `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
  const more = names.length > SHOWN_MAX ? ', …' : '';
  return `There are: ${names.slice(0, SHOWN_MAX).join(', ')}${more} (aws logs describe-log-groups).`;
}

/** Those that contain what was written, then the most similar. */
function nearestNames(wanted: string, names: readonly string[]): string[] {
  const word = wanted.toLowerCase().replace(/^\/+/, '');
  const near = names.filter((name) => word !== '' && name.toLowerCase().includes(word));
  let rest = names.filter((name) => !near.includes(name));
  while (near.length < SHOWN_MAX) {
    const nearest = nearestWord(wanted, rest);
    if (nearest === undefined) break;
    near.push(nearest);
    rest = rest.filter((name) => name !== nearest);
  }
  return near.slice(0, SHOWN_MAX);
}

async function groupNames(client: CloudWatchLogsClient): Promise<string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeLogGroupsCommand({ limit: PAGE_GROUPS, ...(nextToken !== undefined && { nextToken }) }),
    );
    names.push(...(page.logGroups ?? []).map(({ logGroupName = '' }) => logGroupName));
    ({ nextToken } = page);
  } while (nextToken !== undefined && names.length < GROUPS_MAX);
  return names;
}
