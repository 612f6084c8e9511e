import type { UnsubscribeCommandInput } from '@aws-sdk/client-sns';
import { invalidTopicParameter, parseSubscriptionArn, snsAuthorizationError } from '#topics';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { isOwner } from '../find-topic.ts';

/**
 * It comes unsigned from the UnsubscribeURL of a message, unless who confirmed the subscription asked for more. One that is
 * not there has ended already. https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 */
export function unsubscribe({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async ({ SubscriptionArn = '' }: UnsubscribeCommandInput, context) => {
    if (!parseSubscriptionArn(SubscriptionArn)) throw invalidTopicParameter('SubscriptionArn');
    const subscription = topics.registry.subscription(SubscriptionArn);
    if (!subscription) return {};
    const unsigned = context.caller.kind === 'anonymous';
    const may = unsigned ? !subscription.authenticatedUnsubscribe : isOwner(context, subscription);
    if (!may) throw snsAuthorizationError('Not authorized to end this subscription.');
    await topics.registry.unsubscribe(subscription);
    return {};
  });
}
