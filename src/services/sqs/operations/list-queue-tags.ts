import type { ListQueueTagsCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findOwnQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html */
export function listQueueTags({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl }: ListQueueTagsCommandInput, context) => {
    const { tags } = findOwnQueue(queues, context, QueueUrl);
    return Object.keys(tags).length === 0 ? {} : { Tags: tags };
  });
}
