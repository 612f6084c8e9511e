/** Which log groups a query's SOURCE means. */
import { MalformedQuery, type SourceNode, type TagFilter } from '#insights';
import { type LogGroupsPort, type QueriedGroup, QueryRefused, type QueryScope } from './types.ts';

/** (§1.2, SOURCE) */
const SELECTED_GROUPS_MAX = 10_000;

/** @throws {QueryRefused} `no-such-group`, `too-many-groups`; {@link MalformedQuery} when nothing is selected */
export function groupsOf({ selection, span }: SourceNode, scope: QueryScope, port: LogGroupsPort): QueriedGroup[] {
  if (selection.kind === 'names') {
    return selection.names.map((name) => port.find(scope, nameOf(name, scope)) ?? missing(name));
  }
  const groups = port.list(scope).filter((group) => {
    if (selection.kind === 'tags') return selection.filters.every((filter) => hasTag(group, filter));
    const { namePrefixes, accounts, classes } = selection;
    return (
      (namePrefixes.length === 0 || namePrefixes.some((prefix) => group.name.startsWith(prefix))) &&
      (accounts.length === 0 || accounts.includes(group.accountId)) &&
      (classes.length === 0 || classes.includes(group.groupClass))
    );
  });
  if (groups.length > SELECTED_GROUPS_MAX) throw new QueryRefused('too-many-groups');
  if (groups.length === 0) throw new MalformedQuery('SOURCE selects no log group.', span);
  return groups;
}

const GROUP_ARN = /^arn:aws:logs:([^:]+):(\d{12}):log-group:([^:*]+)(?::\*)?$/;

/** A group may be named by its ARN: of another account or Region there is none. */
function nameOf(identifier: string, { accountId, region }: QueryScope): string {
  const [, itsRegion, itsAccount, name = ''] = GROUP_ARN.exec(identifier) ?? [];
  return itsRegion === region && itsAccount === accountId ? name : identifier;
}

function missing(name: string): never {
  throw new QueryRefused('no-such-group', name);
}

/** One of the values fits, and none of those behind `!`. */
function hasTag({ tags }: QueriedGroup, { key, values }: TagFilter): boolean {
  const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
  const fits = (pattern: string): boolean => value !== undefined && matches(value, pattern);
  const wanted = values.filter((pattern) => !pattern.startsWith('!'));
  const unwanted = values.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  return (wanted.length === 0 || wanted.some(fits)) && !unwanted.some(fits);
}

function matches(value: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return value === first;
  if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > value.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
