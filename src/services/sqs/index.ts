/** SQS (awsJson1.0): standard queues. Clients from before 2023 speak awsQuery, which is not taken. */
import type { SqsOperation } from '#wire';
import { type OperationTable, unimplementedAll } from '../service.ts';
import type { SqsDependencies } from './dependencies.ts';
import { addPermission } from './operations/add-permission.ts';
import { changeMessageVisibility } from './operations/change-message-visibility.ts';
import { changeMessageVisibilityBatch } from './operations/change-message-visibility-batch.ts';
import { createQueue } from './operations/create-queue.ts';
import { deleteMessage } from './operations/delete-message.ts';
import { deleteMessageBatch } from './operations/delete-message-batch.ts';
import { deleteQueue } from './operations/delete-queue.ts';
import { getQueueAttributes } from './operations/get-queue-attributes.ts';
import { getQueueUrl } from './operations/get-queue-url.ts';
import { listDeadLetterSourceQueues } from './operations/list-dead-letter-source-queues.ts';
import { listQueueTags } from './operations/list-queue-tags.ts';
import { listQueues } from './operations/list-queues.ts';
import { purgeQueue } from './operations/purge-queue.ts';
import { receiveMessage } from './operations/receive-message.ts';
import { removePermission } from './operations/remove-permission.ts';
import { sendMessage } from './operations/send-message.ts';
import { sendMessageBatch } from './operations/send-message-batch.ts';
import { setQueueAttributes } from './operations/set-queue-attributes.ts';
import { tagQueue } from './operations/tag-queue.ts';
import { untagQueue } from './operations/untag-queue.ts';

export type { SqsDependencies } from './dependencies.ts';

/** The operation table of SQS. */
export function createSqsService(dependencies: SqsDependencies): OperationTable<SqsOperation> {
  return {
    CreateQueue: createQueue(dependencies),
    DeleteQueue: deleteQueue(dependencies),
    GetQueueUrl: getQueueUrl(dependencies),
    ListQueues: listQueues(dependencies),
    ListDeadLetterSourceQueues: listDeadLetterSourceQueues(dependencies),
    GetQueueAttributes: getQueueAttributes(dependencies),
    SetQueueAttributes: setQueueAttributes(dependencies),
    PurgeQueue: purgeQueue(dependencies),
    SendMessage: sendMessage(dependencies),
    SendMessageBatch: sendMessageBatch(dependencies),
    ReceiveMessage: receiveMessage(dependencies),
    DeleteMessage: deleteMessage(dependencies),
    DeleteMessageBatch: deleteMessageBatch(dependencies),
    ChangeMessageVisibility: changeMessageVisibility(dependencies),
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch(dependencies),
    ListQueueTags: listQueueTags(dependencies),
    TagQueue: tagQueue(dependencies),
    UntagQueue: untagQueue(dependencies),
    AddPermission: addPermission(dependencies),
    RemovePermission: removePermission(dependencies),
    ...unimplementedAll('messages of a dead-letter queue are not moved back by the server; receive and send them', [
      'StartMessageMoveTask',
      'CancelMessageMoveTask',
      'ListMessageMoveTasks',
    ]),
  } satisfies OperationTable<SqsOperation>;
}
