import type { DeleteMessageCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
export function deleteMessage({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl, ReceiptHandle = '' }: DeleteMessageCommandInput, context) => {
    await queues.deleteMessages(findQueue(queues, context, QueueUrl), [ReceiptHandle]);
    return {};
  });
}
