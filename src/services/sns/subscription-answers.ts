import type { Subscription as WireSubscription } from '@aws-sdk/client-sns';
import { shownEndpoint, type Subscription } from '#topics';

/** Milliseconds have thirteen digits for another two centuries, so that keys sort as subscriptions were made. */
export function subscriptionKey({ createdMs, id }: Subscription): string {
  return `${String(createdMs).padStart(15, '0')}/${id}`;
}

export function wireSubscription(subscription: Subscription): WireSubscription {
  const { arn, ownerId, protocol, endpoint, topicArn, pendingToken } = subscription;
  return {
    SubscriptionArn: pendingToken === undefined ? arn : 'PendingConfirmation',
    Owner: ownerId,
    Protocol: protocol,
    Endpoint: shownEndpoint(endpoint),
    TopicArn: topicArn,
  };
}
