import type { SetSubscriptionAttributesCommandInput } from '@aws-sdk/client-sns';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { SnsDependencies } from '../dependencies.ts';
import { findSubscription } from '../find-topic.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html */
export function setSubscriptionAttributes({ topics }: SnsDependencies): ImplementedOperation {
  return implement(async (input: SetSubscriptionAttributesCommandInput, context) => {
    const subscription = findSubscription(topics, context, input.SubscriptionArn);
    await topics.setSubscriptionAttribute(subscription, input.AttributeName ?? '', input.AttributeValue ?? '');
    return {};
  });
}
