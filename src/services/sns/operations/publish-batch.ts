import type { BatchResultErrorEntry, PublishBatchCommandInput, PublishBatchResultEntry } from '@aws-sdk/client-sns';
import { messageBytes } from '#topics';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTopic } from '../find-topic.ts';
import { draftOf } from '../message-values.ts';

const ENTRIES_MAX = 10;
const ID = /^[A-Za-z0-9_-]{1,80}$/;

type Entries = NonNullable<PublishBatchCommandInput['PublishBatchRequestEntries']>;

/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export function publishBatch({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async (input: PublishBatchCommandInput, context) => {
    const topic = findTopic(topics, context, input.TopicArn);
    const entries = input.PublishBatchRequestEntries ?? [];
    checkEntries(entries);
    const bytes = entries.reduce((sum, entry) => sum + messageBytes({ message: entry.Message ?? '' }), 0);
    if (bytes > topic.settings.messageBytesMax) {
      throw new ApiError('BatchRequestTooLong', 'The length of all the messages put together is more than the limit.');
    }
    const Successful: PublishBatchResultEntry[] = [];
    const Failed: BatchResultErrorEntry[] = [];
    for (const entry of entries) {
      try {
        Successful.push({ Id: entry.Id, MessageId: await topics.publish(topic, draftOf(entry)) });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
      }
    }
    return { Successful, Failed };
  });
}

/** @throws {ApiError} EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct */
function checkEntries(entries: Entries): void {
  if (entries.length === 0) throw new ApiError('EmptyBatchRequest', 'The batch request contains no entries.');
  if (entries.length > ENTRIES_MAX) {
    throw new ApiError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  }
  if (!entries.every(({ Id = '' }) => ID.test(Id))) {
    throw new ApiError(
      'InvalidBatchEntryId',
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    );
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw new ApiError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
}
