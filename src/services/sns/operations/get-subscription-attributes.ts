import type { GetSubscriptionAttributesCommandInput } from '@aws-sdk/client-sns';
import { shownEndpoint, subscriptionAttributeTexts } from '#topics';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findSubscription } from '../find-topic.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html */
export function getSubscriptionAttributes({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ SubscriptionArn }: GetSubscriptionAttributesCommandInput, context) => {
    const subscription = findSubscription(topics, context, SubscriptionArn);
    const texts = subscriptionAttributeTexts(subscription, topics.mustFind(subscription.topicArn));
    return { Attributes: { ...texts, Endpoint: shownEndpoint(subscription.endpoint) } };
  });
}
