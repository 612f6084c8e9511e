/** What has tags: log groups and lookup tables, by the `resourceArn` of the tagging operations. */
import type { Scope } from '#log-groups';
import { ApiError } from '#wire';
import type { LogsDependencies } from './dependencies.ts';
import { nameOfArn } from './group-identifier.ts';
import { nameOfTableArn } from './lookup-tables.ts';
import type { Tags } from './tags.ts';

interface Tagged {
  readonly tags: Tags;
  /** Replaces the tags by what `change` makes of them; what it throws is thrown. */
  readonly change: (change: (tags: Tags) => Tags) => Promise<unknown>;
}

/** @throws {ApiError} ResourceNotFoundException */
export function taggedResource(
  { logGroups, lookupTables }: Pick<LogsDependencies, 'logGroups' | 'lookupTables'>,
  scope: Scope,
  resourceArn = '',
): Tagged {
  const groupName = nameOfArn(scope, resourceArn);
  const group = groupName === undefined ? undefined : logGroups.find(scope, groupName);
  if (group) return { tags: group.tags, change: (change) => logGroups.changeTags(scope, group.name, change) };
  const tableName = nameOfTableArn(scope, resourceArn);
  const table = tableName === undefined ? undefined : lookupTables.find(scope, tableName);
  if (!table) throw new ApiError('ResourceNotFoundException', 'The specified resource does not exist.');
  return {
    tags: table.tags,
    change: async (change) => {
      // It may have been deleted meanwhile.
      if (!(await lookupTables.changeTags(scope, table.name, change))) {
        throw new ApiError('ResourceNotFoundException', 'The specified resource does not exist.');
      }
    },
  };
}
