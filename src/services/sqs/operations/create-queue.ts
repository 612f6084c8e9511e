import type { CreateQueueCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { queueUrl } from '../queue-url.ts';
import { refuseUnlessMayTag } from '../tagging.ts';
import { checkTags } from '../tags.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export function createQueue({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueName: name = '', Attributes = {}, tags = {} }: CreateQueueCommandInput, context) => {
    checkTags(tags);
    refuseUnlessMayTag(context, name, tags);
    const queue = await queues.create(context, name, Attributes, tags);
    return { QueueUrl: queueUrl(context, queue) };
  });
}
