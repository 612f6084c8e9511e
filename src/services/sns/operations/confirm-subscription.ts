import type { ConfirmSubscriptionCommandInput } from '@aws-sdk/client-sns';
import { invalidTopicParameter, parseTopicArn, snsAuthorizationError } from '#topics';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';

/**
 * It comes unsigned when an endpoint visits its SubscribeURL: the token is what confirms.
 * https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
 */
export function confirmSubscription({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async (input: ConfirmSubscriptionCommandInput, { caller }) => {
    const { TopicArn = '', Token = '', AuthenticateOnUnsubscribe = 'false' } = input;
    if (!parseTopicArn(TopicArn)) throw invalidTopicParameter('TopicArn');
    const authenticated = caller.kind !== 'anonymous';
    const authenticatedUnsubscribe = AuthenticateOnUnsubscribe.toLowerCase() === 'true';
    if (authenticatedUnsubscribe && !authenticated) {
      throw snsAuthorizationError('AuthenticateOnUnsubscribe needs a signed request.');
    }
    const topic = topics.mustFind(TopicArn);
    const { arn } = await topics.confirm(topic, Token, { authenticated, authenticatedUnsubscribe });
    return { SubscriptionArn: arn };
  });
}
