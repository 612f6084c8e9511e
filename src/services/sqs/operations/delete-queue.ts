import type { DeleteQueueCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findOwnQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
export function deleteQueue({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl }: DeleteQueueCommandInput, context) => {
    await queues.delete(findOwnQueue(queues, context, QueueUrl));
    return {};
  });
}
