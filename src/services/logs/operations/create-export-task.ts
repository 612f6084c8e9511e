import type { CreateExportTaskCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { logErrors, prefixOf, testKey } from '#log-groups';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { LogsDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html */
export function createExportTask({ logGroups }: LogsDependencies): ImplementedOperation {
  return implement(async (input: CreateExportTaskCommandInput, context) => {
    const { taskName, logGroupName = '', logStreamNamePrefix, from = 0, to = 0, destination = '' } = input;
    const group = logGroups.get(context, logGroupName);
    const prefix = prefixOf(input.destinationPrefix);
    const resource = `arn:aws:s3:::${destination}/${testKey(prefix)}`;
    if (context.may({ action: 's3:PutObject', resource }).effect !== 'allow') {
      throw logErrors.invalidParameter(
        'Please ensure that the CreateExportTask caller has been granted s3:PutObject access to the bucket.',
      );
    }
    const { id } = await logGroups.exports.create(group, {
      taskName,
      streamPrefix: logStreamNamePrefix,
      fromMs: from,
      toMs: to,
      bucketName: destination,
      prefix,
    });
    return { taskId: id };
  });
}
