import type { ListSubscriptionsByTopicCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findTopic } from '../find-topic.ts';
import { pageOf } from '../paging.ts';
import { subscriptionKey, wireSubscription } from '../subscription-answers.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
export function listSubscriptionsByTopic({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ TopicArn, NextToken }: ListSubscriptionsByTopicCommandInput, context) => {
    const topic = findTopic(topics, context, TopicArn);
    const { items, nextToken } = pageOf(topics.registry.subscriptionsOf(topic), subscriptionKey, NextToken);
    return { Subscriptions: items.map(wireSubscription), NextToken: nextToken };
  });
}
