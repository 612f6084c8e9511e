import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { draftOf, md5OfSystemAttributes } from '../message-values.ts';
import { findQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export function sendMessage({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async (input: SendMessageCommandInput, context) => {
    const queue = findQueue(queues, context, input.QueueUrl);
    const draft = draftOf(input, context);
    const [sent] = await queues.send(queue, [draft]);
    return {
      MessageId: sent?.messageId,
      MD5OfMessageBody: sent?.md5OfBody,
      MD5OfMessageAttributes: sent?.md5OfAttributes,
      MD5OfMessageSystemAttributes: md5OfSystemAttributes(draft),
    };
  });
}
