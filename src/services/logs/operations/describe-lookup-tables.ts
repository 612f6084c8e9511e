import type { DescribeLookupTablesCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { lookupTableArn } from '../lookup-tables.ts';

const TABLES_DEFAULT = 50;

/** By name. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLookupTables.html */
export function describeLookupTables({ logGroups, lookupTables }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DescribeLookupTablesCommandInput, context) => {
    const { lookupTableNamePrefix = '', maxResults = TABLES_DEFAULT, nextToken } = input;
    const after = nextToken === undefined ? '' : String(logGroups.tokens.read('lookup-tables', nextToken));
    const wanted = lookupTables
      .list(context)
      .filter(({ name }) => name.startsWith(lookupTableNamePrefix) && name > after);
    const page = wanted.slice(0, maxResults);
    const last = page.at(-1);
    return {
      lookupTables: page.map((table) => ({
        lookupTableArn: lookupTableArn(context, table.name),
        lookupTableName: table.name,
        ...(table.description !== undefined && { description: table.description }),
        tableFields: table.fields,
        recordsCount: table.records,
        sizeBytes: table.sizeBytes,
        lastUpdatedTime: table.updatedMs,
        ...(table.kmsKeyId !== undefined && { kmsKeyId: table.kmsKeyId }),
      })),
      ...(last && page.length < wanted.length && { nextToken: logGroups.tokens.write('lookup-tables', last.name) }),
    };
  });
}
