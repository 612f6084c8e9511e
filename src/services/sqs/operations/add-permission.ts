import type { AddPermissionCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { withPermission } from '../permissions.ts';
import { findOwnQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html */
export function addPermission({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async (input: AddPermissionCommandInput, context) => {
    const { QueueUrl, Label: label = '', AWSAccountIds: accountIds = [], Actions: actions = [] } = input;
    const queue = findOwnQueue(queues, context, QueueUrl);
    await queues.changePolicy(queue, (policy) => withPermission(queue, policy, { label, accountIds, actions }));
    return {};
  });
}
