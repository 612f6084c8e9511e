import type { CreateLookupTableCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';
import { changed, contentOf, lookupTableArn } from '../lookup-tables.ts';
import { checkTags } from '../tags.ts';
import { checkKmsKey } from './associate-kms-key.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLookupTable.html */
export function createLookupTable({ lookupTables, queries }: LogsDependencies): ImplementedOperation {
  return implement(async (input: CreateLookupTableCommandInput, context) => {
    const { lookupTableName: name = '', description, kmsKeyId, tags = {} } = input;
    if (kmsKeyId !== undefined) checkKmsKey(kmsKeyId);
    checkTags(tags);
    const csv = contentOf(context, queries, input);
    if (csv === undefined) throw logErrors.invalidParameter('Either tableBody or queryId must be specified.');
    const table = await changed(() => lookupTables.create(context, name, { csv, description, kmsKeyId, tags }));
    return { lookupTableArn: lookupTableArn(context, name), createdAt: table.createdMs };
  });
}
