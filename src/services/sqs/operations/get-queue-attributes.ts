import type { GetQueueAttributesCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
export function getQueueAttributes({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl, AttributeNames = [] }: GetQueueAttributesCommandInput, context) => {
    const queue = findQueue(queues, context, QueueUrl);
    const attributes = await queues.attributes(queue, AttributeNames);
    return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
  });
}
