/** Attributes of topics. (SNS API reference, CreateTopic, SetTopicAttributes and GetTopicAttributes.) */
import { MalformedPolicy, parsePolicy } from '#identity';
import { DEFAULT_RETRY, readDeliveryPolicy } from './delivery-policy.ts';
import { invalidParameter } from './errors.ts';
import { noFifo } from './names.ts';
import type { Topic, TopicSettings } from './types.ts';

export const DEFAULT_TOPIC: TopicSettings = { displayName: '', messageBytesMax: 262_144 };

const DISPLAY_NAME_CHARS_MAX = 100;
const MESSAGE_BYTES: readonly [min: number, max: number] = [1_024, 1_048_576];

/** @throws {ApiError} InvalidParameter */
export function withTopicAttribute(settings: TopicSettings, name: string, text: string): TopicSettings {
  switch (name) {
    case 'DisplayName':
      if (text.length > DISPLAY_NAME_CHARS_MAX || /[\r\n]/.test(text)) throw invalidParameter('DisplayName');
      return { ...settings, displayName: text };
    case 'Policy': {
      const { policy: _, ...rest } = settings;
      if (text === '') return rest;
      checkPolicy(text);
      return { ...rest, policy: text };
    }
    case 'DeliveryPolicy': {
      const { deliveryPolicy: _, ...rest } = settings;
      return text === '' ? rest : { ...rest, deliveryPolicy: readDeliveryPolicy(text, 'topic') };
    }
    case 'MaximumMessageSize': {
      const bytes = /^\d{1,9}$/.test(text) ? Number(text) : 0;
      if (bytes < MESSAGE_BYTES[0] || bytes > MESSAGE_BYTES[1]) throw invalidParameter('MaximumMessageSize');
      return { ...settings, messageBytesMax: bytes };
    }
    case 'FifoTopic':
      if (text === 'false') return settings;
      throw noFifo();
    case 'KmsMasterKeyId':
      if (text === '') return settings;
      throw invalidParameter('KmsMasterKeyId', 'Varve encrypts no topics with KMS keys; leave it out.');
    case 'TracingConfig':
      if (text === 'PassThrough') return settings;
      throw invalidParameter('TracingConfig', 'Varve sends no traces; only PassThrough is there.');
    case 'SignatureVersion':
      throw invalidParameter(
        'SignatureVersion',
        'Varve does not sign messages: nobody but AWS has the keys that clients trust.',
      );
    default:
      if (/^(?:HTTP|SQS|Lambda|Firehose|Application)(?:Success|Failure)Feedback(?:RoleArn|SampleRate)$/.test(name)) {
        throw invalidParameter(name.slice(0, 100), 'Varve logs no delivery status; see the metrics of the server.');
      }
      throw invalidParameter('AttributeName');
  }
}

/** @throws {ApiError} InvalidParameter */
export function withTopicAttributes(settings: TopicSettings, texts: Readonly<Record<string, string>>): TopicSettings {
  let changed = settings;
  for (const [name, text] of Object.entries(texts)) changed = withTopicAttribute(changed, name, text);
  return changed;
}

function checkPolicy(text: string): void {
  try {
    parsePolicy(text, 'resource');
  } catch (error) {
    if (error instanceof MalformedPolicy) throw invalidParameter('Policy Error:', error.message);
    throw error;
  }
}

/** What AWS gives a topic: its statement lets in those whom AWS calls with `aws:SourceOwner`, which nobody here has. */
export function defaultPolicy(arn: string, accountId: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': accountId } },
      },
    ],
  });
}

export interface SubscriptionCounts {
  readonly confirmed: number;
  readonly pending: number;
}

export function topicAttributeTexts(topic: Topic, counts: SubscriptionCounts): Record<string, string> {
  const { arn, accountId, settings } = topic;
  const texts: Record<string, string> = {
    TopicArn: arn,
    Owner: accountId,
    Policy: settings.policy ?? defaultPolicy(arn, accountId),
    DisplayName: settings.displayName,
    SubscriptionsConfirmed: String(counts.confirmed),
    SubscriptionsPending: String(counts.pending),
    SubscriptionsDeleted: '0',
    EffectiveDeliveryPolicy: JSON.stringify({
      http: {
        defaultHealthyRetryPolicy: settings.deliveryPolicy?.retry ?? DEFAULT_RETRY,
        disableSubscriptionOverrides: false,
      },
    }),
    MaximumMessageSize: String(settings.messageBytesMax),
  };
  if (settings.deliveryPolicy) texts['DeliveryPolicy'] = settings.deliveryPolicy.text;
  return texts;
}
