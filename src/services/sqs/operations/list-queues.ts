import type { ListQueuesCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { queueUrl } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
export function listQueues({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async (input: ListQueuesCommandInput, context) => {
    const { QueueNamePrefix: prefix = '', MaxResults, NextToken } = input;
    const found = queues.list(context).filter(({ name }) => name.startsWith(prefix));
    const { items, nextToken } = pageOf(found, MaxResults, NextToken);
    // Nothing found: the member is left out, as AWS does.
    if (items.length === 0) return {};
    return { QueueUrls: items.map((queue) => queueUrl(context, queue)), NextToken: nextToken };
  });
}
