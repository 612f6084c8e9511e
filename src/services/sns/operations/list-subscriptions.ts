import type { ListSubscriptionsCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { subscriptionKey, wireSubscription } from '../subscription-answers.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html */
export function listSubscriptions({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ NextToken }: ListSubscriptionsCommandInput, context) => {
    const { items, nextToken } = pageOf(topics.registry.subscriptionsBy(context), subscriptionKey, NextToken);
    return { Subscriptions: items.map(wireSubscription), NextToken: nextToken };
  });
}
