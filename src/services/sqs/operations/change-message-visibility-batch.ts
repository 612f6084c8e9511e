import type { ChangeMessageVisibilityBatchCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import { checkEntries, eachEntry } from '../batches.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findQueue } from '../queue-url.ts';
import { checkVisibility } from '../visibility.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html */
export function changeMessageVisibilityBatch({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl, Entries }: ChangeMessageVisibilityBatchCommandInput, context) => {
    const queue = findQueue(queues, context, QueueUrl);
    const entries = checkEntries('ChangeMessageVisibilityBatchRequestEntry', Entries);
    return eachEntry(entries, async ({ ReceiptHandle = '', VisibilityTimeout }) =>
      queues.changeVisibility(queue, ReceiptHandle, checkVisibility(VisibilityTimeout)),
    );
  });
}
