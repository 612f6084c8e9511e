import type { UntagQueueCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findOwnQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html */
export function untagQueue({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl, TagKeys = [] }: UntagQueueCommandInput, context) => {
    const removed = new Set(TagKeys);
    await queues.setTags(findOwnQueue(queues, context, QueueUrl), (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
    );
    return {};
  });
}
