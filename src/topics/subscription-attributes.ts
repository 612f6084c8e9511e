/** Attributes of subscriptions. (SNS API reference, Subscribe, SetSubscriptionAttributes, GetSubscriptionAttributes.) */
import { DEFAULT_RETRY, readDeliveryPolicy } from './delivery-policy.ts';
import { invalidParameter } from './errors.ts';
import { parseFilterPolicy } from './filter-policy/parse.ts';
import type { Subscription, SubscriptionProtocol, SubscriptionSettings, Topic } from './types.ts';

export const DEFAULT_SUBSCRIPTION: SubscriptionSettings = { rawDelivery: false, filterScope: 'MessageAttributes' };

const QUEUE_ARN = /^arn:aws:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}$/;

type Texts = Readonly<Record<string, string>>;

/** @throws {ApiError} InvalidParameter, FilterPolicyLimitExceeded */
export function withSubscriptionAttributes(
  settings: SubscriptionSettings,
  protocol: SubscriptionProtocol,
  texts: Texts,
): SubscriptionSettings {
  let changed = settings;
  for (const [name, text] of Object.entries(texts)) changed = withAttribute(changed, protocol, name, text);
  // Policy and scope are judged together, in whatever order they came.
  if (changed.filterPolicy !== undefined) parseFilterPolicy(changed.filterPolicy, changed.filterScope);
  return changed;
}

function withAttribute(
  settings: SubscriptionSettings,
  protocol: SubscriptionProtocol,
  name: string,
  text: string,
): SubscriptionSettings {
  switch (name) {
    case 'RawMessageDelivery':
      if (!/^(?:true|false)$/i.test(text)) {
        throw invalidParameter(
          'Attributes',
          `RawMessageDelivery: Invalid value [${text.slice(0, 50)}]. Must be true or false.`,
        );
      }
      return { ...settings, rawDelivery: text.toLowerCase() === 'true' };
    case 'FilterPolicyScope':
      if (text !== 'MessageAttributes' && text !== 'MessageBody') {
        throw invalidParameter(
          'FilterPolicyScope',
          `FilterPolicyScope: Invalid value [${text.slice(0, 50)}]. Please use either MessageBody or MessageAttributes`,
        );
      }
      return { ...settings, filterScope: text };
    case 'FilterPolicy': {
      const { filterPolicy: _, ...rest } = settings;
      return text === '' || text === '{}' ? rest : { ...rest, filterPolicy: text };
    }
    case 'DeliveryPolicy': {
      if (protocol === 'sqs')
        throw invalidParameter('DeliveryPolicy', 'Delivery policies are for HTTP and HTTPS endpoints.');
      const { deliveryPolicy: _, ...rest } = settings;
      return text === '' ? rest : { ...rest, deliveryPolicy: readDeliveryPolicy(text, 'subscription') };
    }
    case 'RedrivePolicy': {
      const { deadLetterArn: _, ...rest } = settings;
      return text === '' ? rest : { ...rest, deadLetterArn: readDeadLetterArn(text) };
    }
    default:
      throw invalidParameter('AttributeName');
  }
}

function readDeadLetterArn(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidParameter('RedrivePolicy: failed to parse JSON');
  }
  const arn =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['deadLetterTargetArn'] : undefined;
  if (typeof arn === 'string' && QUEUE_ARN.test(arn)) return arn;
  throw invalidParameter('RedrivePolicy: deadLetterTargetArn is an invalid arn');
}

export function subscriptionAttributeTexts(subscription: Subscription, topic: Topic): Record<string, string> {
  const { settings, protocol } = subscription;
  const texts: Record<string, string> = {
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Owner: subscription.ownerId,
    Protocol: protocol,
    Endpoint: subscription.endpoint,
    RawMessageDelivery: String(settings.rawDelivery),
    PendingConfirmation: String(subscription.pendingToken !== undefined),
    ConfirmationWasAuthenticated: String(subscription.confirmationAuthenticated),
    SubscriptionPrincipal: subscription.principalArn,
  };
  if (settings.filterPolicy !== undefined) {
    texts['FilterPolicy'] = settings.filterPolicy;
    texts['FilterPolicyScope'] = settings.filterScope;
  }
  if (settings.deadLetterArn !== undefined)
    texts['RedrivePolicy'] = JSON.stringify({ deadLetterTargetArn: settings.deadLetterArn });
  if (settings.deliveryPolicy) texts['DeliveryPolicy'] = settings.deliveryPolicy.text;
  if (protocol !== 'sqs') {
    const retry = settings.deliveryPolicy?.retry ?? topic.settings.deliveryPolicy?.retry ?? DEFAULT_RETRY;
    texts['EffectiveDeliveryPolicy'] = JSON.stringify({ healthyRetryPolicy: retry });
  }
  return texts;
}
