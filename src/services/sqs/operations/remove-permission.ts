import type { RemovePermissionCommandInput } from '@aws-sdk/client-sqs';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { withoutPermission } from '../permissions.ts';
import { findOwnQueue } from '../queue-url.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html */
export function removePermission({ queues }: SqsDependencies): ImplementedOperation {
  return implement(async ({ QueueUrl, Label = '' }: RemovePermissionCommandInput, context) => {
    const queue = findOwnQueue(queues, context, QueueUrl);
    await queues.changePolicy(queue, (policy) => withoutPermission(queue, policy, Label));
    return {};
  });
}
