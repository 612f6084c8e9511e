import type { RemovePermissionCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTopic } from '../find-topic.ts';
import { withoutPermission } from '../permissions.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html */
export function removePermission({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ TopicArn, Label = '' }: RemovePermissionCommandInput, context) => {
    const topic = findTopic(topics, context, TopicArn);
    await topics.changePolicy(topic, (present) => withoutPermission(present, Label));
    return {};
  });
}
