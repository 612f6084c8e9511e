import type { SetQueueAttributesCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findOwnQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export function setQueueAttributes({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl, Attributes = {} }: SetQueueAttributesCommandInput, context) => {
    await queues.setAttributes(findOwnQueue(queues, context, QueueUrl), Attributes);
    return {};
  });
}
