import type { GuardedResource } from '#identity';
import type { LookupTables } from '#queries';

const TABLE = /^arn:aws:logs:([^:]+):(\d{12}):lookup-table:(.+)$/;

/** Lookup tables have no policies of their own, but tags that policies ask for (`aws:ResourceTag`). */
export function withLookupTables(
  resourceOf: (arn: string) => GuardedResource | undefined,
  tables: Pick<LookupTables, 'find'>,
): (arn: string) => GuardedResource | undefined {
  return (arn) => {
    const [, region = '', accountId = '', name] = TABLE.exec(arn) ?? [];
    // No log group that is called the same.
    if (name === undefined) return resourceOf(arn);
    const table = tables.find({ accountId, region }, name);
    return table && { accountId, policy: undefined, tags: table.tags };
  };
}
