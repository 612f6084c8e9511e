import type { AuditScope, AuditTable } from '#audit';
import type { AuditResource } from '#records';
import type { SqsOperation } from '#wire';
import { changes, data, each, reads, resourceOf, UNRECORDED } from '../audit-rows.ts';

/** A queue's URL ends in its account and its name; without an account it is the caller's. */
function queue({ QueueUrl }: { QueueUrl?: string }, { accountId, region }: AuditScope): AuditResource[] {
  const [owner, name] = QueueUrl?.split('/').filter(Boolean).slice(-2) ?? [];
  if (name === undefined) return [resourceOf('AWS::SQS::Queue', undefined, accountId)];
  const account = owner !== undefined && /^\d{12}$/.test(owner) ? owner : accountId;
  return [resourceOf('AWS::SQS::Queue', `arn:aws:sqs:${region}:${account}:${name}`, accountId)];
}

/**
 * What CloudTrail tells of Amazon SQS: never what stands in a message.
 * (Source: SQS Developer Guide, "Logging Amazon SQS API calls using AWS CloudTrail".)
 */
export const sqsAudit: AuditTable<SqsOperation> = {
  eventSource: 'sqs.amazonaws.com',
  times: 'iso',
  operations: {
    // Messages
    SendMessage: data(
      queue,
      changes(
        [
          'QueueUrl',
          'MessageBody!',
          'DelaySeconds',
          'MessageAttributes!',
          'MessageSystemAttributes!',
          'MessageDeduplicationId',
          'MessageGroupId',
        ],
        'all',
      ),
    ),
    SendMessageBatch: data(
      queue,
      changes(
        [
          'QueueUrl',
          'Entries.Id',
          'Entries.MessageBody!',
          'Entries.DelaySeconds',
          'Entries.MessageAttributes!',
          'Entries.MessageSystemAttributes!',
          'Entries.MessageDeduplicationId',
          'Entries.MessageGroupId',
        ],
        'all',
      ),
    ),
    ReceiveMessage: data(queue, reads('all')),
    DeleteMessage: data(queue, changes('all')),
    DeleteMessageBatch: data(queue, changes('all', 'all')),
    ChangeMessageVisibility: data(queue, changes('all')),
    ChangeMessageVisibilityBatch: data(queue, changes('all', 'all')),

    // Queues
    CreateQueue: changes('all', 'all'),
    DeleteQueue: changes('all'),
    PurgeQueue: changes('all'),
    SetQueueAttributes: changes('all'),
    AddPermission: changes('all'),
    RemovePermission: changes('all'),
    TagQueue: changes('all'),
    UntagQueue: changes('all'),
    StartMessageMoveTask: changes('all', 'all'),
    CancelMessageMoveTask: changes('all', 'all'),
    ListMessageMoveTasks: reads('all'),

    ...each(UNRECORDED, [
      'GetQueueAttributes',
      'GetQueueUrl',
      'ListDeadLetterSourceQueues',
      'ListQueues',
      'ListQueueTags',
    ]),
  },
};
