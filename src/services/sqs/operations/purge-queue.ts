import type { PurgeQueueCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html */
export function purgeQueue({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl }: PurgeQueueCommandInput, context) => {
    await queues.purge(findQueue(queues, context, QueueUrl));
    return {};
  });
}
