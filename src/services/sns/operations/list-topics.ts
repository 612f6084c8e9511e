import type { ListTopicsCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
export function listTopics({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ NextToken }: ListTopicsCommandInput, context) => {
    const { items, nextToken } = pageOf(topics.registry.topics(context), ({ name }) => name, NextToken);
    return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), NextToken: nextToken };
  });
}
