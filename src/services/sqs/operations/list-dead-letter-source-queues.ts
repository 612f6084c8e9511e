import type { ListDeadLetterSourceQueuesCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { findQueue, queueUrl } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
export function listDeadLetterSourceQueues({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async (input: ListDeadLetterSourceQueuesCommandInput, context) => {
    const queue = findQueue(queues, context, input.QueueUrl);
    const { items, nextToken } = pageOf(queues.deadLetterSources(queue), input.MaxResults, input.NextToken);
    return { queueUrls: items.map((source) => queueUrl(context, source)), NextToken: nextToken };
  });
}
