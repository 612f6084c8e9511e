import type { DeleteMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import { checkEntries, eachEntry } from '../batches.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
export function deleteMessageBatch({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl, Entries }: DeleteMessageBatchCommandInput, context) => {
    const queue = findQueue(queues, context, QueueUrl);
    const entries = checkEntries('DeleteMessageBatchRequestEntry', Entries);
    return eachEntry(entries, ({ ReceiptHandle = '' }) => queues.deleteMessages(queue, [ReceiptHandle]));
  });
}
