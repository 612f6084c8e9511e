import type { AddPermissionCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTopic } from '../find-topic.ts';
import { withPermission } from '../permissions.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html */
export function addPermission({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async (input: AddPermissionCommandInput, context) => {
    const { Label: label = '', AWSAccountId: accountIds = [], ActionName: actions = [] } = input;
    const topic = findTopic(topics, context, input.TopicArn);
    await topics.changePolicy(topic, (present) => withPermission(present, { label, accountIds, actions }));
    return {};
  });
}
