import {
  invalidTopicParameter,
  parseSubscriptionArn,
  parseTopicArn,
  snsAuthorizationError,
  type Subscription,
  subscriptionNotFound,
  type Topic,
  type Topics,
} from '#topics';
import type { CallContext } from '../service.ts';

/** @throws {ApiError} InvalidParameter (no ARN, or another Region's), NotFound */
export function findTopic(
  topics: Topics,
  { region }: Pick<CallContext, 'region'>,
  arn: string | undefined,
  parameter = 'TopicArn',
): Topic {
  if (parseTopicArn(arn ?? '')?.region !== region) throw invalidTopicParameter(parameter);
  return topics.mustFind(arn ?? '');
}

/**
 * A subscription that the caller, or the caller's account's topic, has.
 * @throws {ApiError} InvalidParameter, NotFound, AuthorizationError
 */
export function findSubscription(topics: Topics, context: CallContext, arn: string | undefined): Subscription {
  const parsed = parseSubscriptionArn(arn ?? '');
  if (!parsed) throw invalidTopicParameter('SubscriptionArn');
  const subscription = topics.registry.subscription(arn ?? '');
  if (!subscription) throw subscriptionNotFound();
  if (isOwner(context, subscription)) return subscription;
  throw snsAuthorizationError('Not authorized: neither the subscription nor its topic belongs to this account.');
}

/** Whoever subscribed, and whom the topic belongs to. */
export function isOwner({ accountId }: CallContext, { ownerId, topicArn }: Subscription): boolean {
  return accountId === ownerId || accountId === parseTopicArn(topicArn)?.accountId;
}
