import type { DeleteLookupTableCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { lookupTableName, tableNotFound } from '../lookup-tables.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLookupTable.html */
export function deleteLookupTable({ lookupTables }: LogsDependencies): ImplementedOperation {
  return implement(async (input: DeleteLookupTableCommandInput, context) => {
    const name = lookupTableName(context, input.lookupTableArn ?? '');
    if (!(await lookupTables.delete(context, name))) throw tableNotFound();
    return {};
  });
}
