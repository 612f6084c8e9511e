import type {
  CreateQueueCommandInput,
  GetQueueUrlCommandInput,
  TagQueueCommandInput,
  UntagQueueCommandInput,
} from '@aws-sdk/client-sqs';
import { queueArn } from '#queues';
import type { SqsOperation } from '#wire';
import { type AuthorizationTable, needs, type NeedScope, requestTagContext, type Rule } from '../authorization.ts';
import { arnOfUrl } from './queue-url.ts';

interface OnQueue {
  readonly QueueUrl?: string | undefined;
}

function onQueue(action: string): Rule {
  return needs(action, ({ QueueUrl }: OnQueue, { region }) => arnOfUrl(region, QueueUrl));
}

/** What callers must be allowed for each operation. (Service Authorization Reference, Amazon SQS.) */
export const sqsAuthorization: AuthorizationTable<SqsOperation> = {
  CreateQueue: ({ QueueName = '', tags }: CreateQueueCommandInput, scope: NeedScope) => [
    {
      action: 'sqs:CreateQueue',
      resource: queueArn(scope, QueueName.slice(0, 200)),
      context: requestTagContext(tags),
      isNew: true,
    },
  ],
  DeleteQueue: onQueue('sqs:DeleteQueue'),
  GetQueueUrl: needs('sqs:GetQueueUrl', (input: GetQueueUrlCommandInput, { accountId, region }) =>
    queueArn({ accountId: input.QueueOwnerAWSAccountId ?? accountId, region }, (input.QueueName ?? '').slice(0, 200)),
  ),
  ListQueues: needs('sqs:ListQueues'),
  ListDeadLetterSourceQueues: onQueue('sqs:ListDeadLetterSourceQueues'),
  GetQueueAttributes: onQueue('sqs:GetQueueAttributes'),
  SetQueueAttributes: onOwnQueue('sqs:SetQueueAttributes'),
  PurgeQueue: onQueue('sqs:PurgeQueue'),
  SendMessage: onQueue('sqs:SendMessage'),
  SendMessageBatch: onQueue('sqs:SendMessage'),
  ReceiveMessage: onQueue('sqs:ReceiveMessage'),
  DeleteMessage: onQueue('sqs:DeleteMessage'),
  DeleteMessageBatch: onQueue('sqs:DeleteMessage'),
  ChangeMessageVisibility: onQueue('sqs:ChangeMessageVisibility'),
  ChangeMessageVisibilityBatch: onQueue('sqs:ChangeMessageVisibility'),
  ListQueueTags: onQueue('sqs:ListQueueTags'),
  TagQueue: needs(
    'sqs:TagQueue',
    ({ QueueUrl }: TagQueueCommandInput, { region }) => arnOfUrl(region, QueueUrl),
    ({ Tags }) => requestTagContext(Tags),
  ),
  UntagQueue: needs(
    'sqs:UntagQueue',
    ({ QueueUrl }: UntagQueueCommandInput, { region }) => arnOfUrl(region, QueueUrl),
    ({ TagKeys }) => (TagKeys && TagKeys.length > 0 ? { 'aws:TagKeys': TagKeys } : {}),
  ),
  AddPermission: onOwnQueue('sqs:AddPermission'),
  RemovePermission: onOwnQueue('sqs:RemovePermission'),
};

/** The owning account's root can always mend a policy that denies everybody. */
function onOwnQueue(action: string): Rule {
  return ({ QueueUrl }: OnQueue, { region }: NeedScope) => [
    { action, resource: arnOfUrl(region, QueueUrl), rootAlways: true },
  ];
}
