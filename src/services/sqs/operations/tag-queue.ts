import type { TagQueueCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { findOwnQueue } from '../queue-url.ts';
import { checkTags } from '../tags.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html */
export function tagQueue({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl, Tags = {} }: TagQueueCommandInput, context) => {
    checkTags(Tags);
    await queues.setTags(findOwnQueue(queues, context, QueueUrl), (tags) => {
      const changed = { ...tags, ...Tags };
      checkTags(changed);
      return changed;
    });
    return {};
  });
}
