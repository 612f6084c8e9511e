import type { ChangeMessageVisibilityCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findQueue } from '../queue-url.ts';
import { checkVisibility } from '../visibility.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
export function changeMessageVisibility({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async (input: ChangeMessageVisibilityCommandInput, context) => {
    const queue = findQueue(queues, context, input.QueueUrl);
    await queues.changeVisibility(queue, input.ReceiptHandle ?? '', checkVisibility(input.VisibilityTimeout));
    return {};
  });
}
