import type { GetLookupTableCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { lookupTableArn, lookupTableName, tableNotFound } from '../lookup-tables.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLookupTable.html */
export function getLookupTable({ lookupTables }: LogsDependencies): ImplementedOperation {
  return implement(async (input: GetLookupTableCommandInput, context) => {
    const name = lookupTableName(context, input.lookupTableArn ?? '');
    const table = lookupTables.find(context, name);
    if (!table) throw tableNotFound();
    return {
      lookupTableArn: lookupTableArn(context, name),
      lookupTableName: name,
      ...(table.description !== undefined && { description: table.description }),
      tableBody: await lookupTables.csv(context, name),
      sizeBytes: table.sizeBytes,
      lastUpdatedTime: table.updatedMs,
      ...(table.kmsKeyId !== undefined && { kmsKeyId: table.kmsKeyId }),
    };
  });
}
