import type {
  BatchResultErrorEntry,
  SendMessageBatchCommandInput,
  SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { draftBytes, type MessageDraft } from '#queues';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import { checkEntries, failedEntry } from '../batches.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { draftOf, md5OfSystemAttributes } from '../message-values.ts';
import { findQueue } from '../queue-url.ts';

const BATCH_BYTES_MAX = 1_048_576;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export function sendMessageBatch({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl, Entries }: SendMessageBatchCommandInput, context) => {
    const queue = findQueue(queues, context, QueueUrl);
    const good: { entry: SendMessageBatchRequestEntry; draft: MessageDraft }[] = [];
    const failed: BatchResultErrorEntry[] = [];
    let bytes = 0;
    for (const entry of checkEntries('SendMessageBatchRequestEntry', Entries)) {
      try {
        const draft = draftOf(entry, context);
        bytes += draftBytes(draft);
        queues.check(queue, draft);
        good.push({ entry, draft });
      } catch (error) {
        failed.push(failedEntry(entry, error));
      }
    }
    if (bytes > BATCH_BYTES_MAX) {
      throw new ApiError(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${BATCH_BYTES_MAX} bytes. You have sent ${bytes} bytes.`,
      );
    }
    const sent = await queues.send(
      queue,
      good.map(({ draft }) => draft),
    );
    return {
      Successful: good.map(({ entry, draft }, at) => ({
        Id: entry.Id,
        MessageId: sent[at]?.messageId,
        MD5OfMessageBody: sent[at]?.md5OfBody,
        MD5OfMessageAttributes: sent[at]?.md5OfAttributes,
        MD5OfMessageSystemAttributes: md5OfSystemAttributes(draft),
      })),
      Failed: failed,
    };
  });
}
