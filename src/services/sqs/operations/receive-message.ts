import type { ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import { invalidQueueValue } from '#queues';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { type Wanted, wireMessage } from '../message-values.ts';
import { findQueue } from '../queue-url.ts';

const MESSAGES_MAX = 10;
const WAIT_SECONDS_MAX = 20;
const VISIBILITY_SECONDS_MAX = 43_200;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
export function receiveMessage({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async (input: ReceiveMessageCommandInput, context) => {
    const queue = findQueue(queues, context, input.QueueUrl);
    checkRanges(input);
    const { receiveWaitSeconds, visibilitySeconds } = queue.settings;
    const messages = await queues.receive(queue, {
      messagesMax: input.MaxNumberOfMessages ?? 1,
      visibilitySeconds: input.VisibilityTimeout ?? visibilitySeconds,
      waitSeconds: input.WaitTimeSeconds ?? receiveWaitSeconds,
      signal: context.signal,
    });
    const wanted: Wanted = {
      system: new Set<string>([...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])]),
      attributes: input.MessageAttributeNames ?? [],
    };
    // Nothing there: the member is left out, as AWS does.
    return messages.length === 0 ? {} : { Messages: messages.map((message) => wireMessage(message, wanted)) };
  });
}

function checkRanges(input: ReceiveMessageCommandInput): void {
  const { MaxNumberOfMessages: messages = 1, WaitTimeSeconds: wait = 0, VisibilityTimeout: visibility = 0 } = input;
  if (messages < 1 || messages > MESSAGES_MAX) {
    throw invalidQueueValue(messages, 'MaxNumberOfMessages', `Must be between 1 and ${MESSAGES_MAX}, if provided.`);
  }
  if (wait < 0 || wait > WAIT_SECONDS_MAX) {
    throw invalidQueueValue(wait, 'WaitTimeSeconds', `Must be >= 0 and <= ${WAIT_SECONDS_MAX}, if provided.`);
  }
  if (visibility < 0 || visibility > VISIBILITY_SECONDS_MAX) {
    throw invalidQueueValue(
      visibility,
      'VisibilityTimeout',
      `Must be between 0 and ${VISIBILITY_SECONDS_MAX}, if provided.`,
    );
  }
}
