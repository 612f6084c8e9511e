import type { GetQueueUrlCommandInput } from '@aws-sdk/client-sqs';
import { queueDoesNotExist } from '#queues';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { queueUrl } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html */
export function getQueueUrl({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async (input: GetQueueUrlCommandInput, context) => {
    const { QueueName: name = '', QueueOwnerAWSAccountId: accountId = context.accountId } = input;
    const queue = queues.find({ accountId, region: context.region }, name);
    if (!queue) throw queueDoesNotExist();
    return { QueueUrl: queueUrl(context, queue) };
  });
}
