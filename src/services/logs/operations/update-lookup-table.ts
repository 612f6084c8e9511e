import type { UpdateLookupTableCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { changed, contentOf, lookupTableArn, lookupTableName } from '../lookup-tables.ts';
import { checkKmsKey } from './associate-kms-key.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateLookupTable.html */
export function updateLookupTable({ lookupTables, queries }: LogsDependencies): ImplementedOperation {
  return implement(async (input: UpdateLookupTableCommandInput, context) => {
    const name = lookupTableName(context, input.lookupTableArn ?? '');
    const { description, kmsKeyId } = input;
    if (kmsKeyId !== undefined) checkKmsKey(kmsKeyId);
    const csv = contentOf(context, queries, input);
    if (csv === undefined && description === undefined && kmsKeyId === undefined) {
      throw logErrors.invalidParameter('Nothing to change is specified.');
    }
    const table = await changed(() => lookupTables.update(context, name, { csv, description, kmsKeyId }));
    return { lookupTableArn: lookupTableArn(context, name), lastUpdatedTime: table.updatedMs };
  });
}
