import type { PolicyDocument } from '#identity';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { FilterPolicy } from './filter-policy/types.ts';

/** Whose topic, and where. */
export interface TopicScope {
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
}

/** What users can set of a topic. (SNS API reference, SetTopicAttributes.) */
export interface TopicSettings {
  readonly displayName: string;
  /** The policy's JSON text as it was put; absent: AWS's default. */
  readonly policy?: string;
  readonly deliveryPolicy?: DeliveryPolicy;
  /** 1,024–1,048,576 */
  readonly messageBytesMax: number;
}

export interface Topic extends TopicScope {
  readonly name: string;
  readonly arn: string;
  /** A topic that is deleted and made again has another. */
  readonly generation: string;
  readonly createdMs: number;
  readonly settings: TopicSettings;
  /** `settings.policy`, or the default, parsed. */
  readonly policy: PolicyDocument;
  readonly tags: Readonly<Record<string, string>>;
}

export type SubscriptionProtocol = 'sqs' | 'http' | 'https';

/** What users can set of a subscription. (SNS API reference, SetSubscriptionAttributes.) */
export interface SubscriptionSettings {
  readonly rawDelivery: boolean;
  readonly filterScope: 'MessageAttributes' | 'MessageBody';
  /** The policy's JSON text as it was put. */
  readonly filterPolicy?: string;
  readonly deliveryPolicy?: DeliveryPolicy;
  /** ARN of the queue that gets what cannot be delivered. */
  readonly deadLetterArn?: string;
}

export interface Subscription {
  /** UUID: the end of its ARN. */
  readonly id: string;
  /** `TOPIC_ARN:ID` */
  readonly arn: string;
  readonly topicArn: string;
  readonly topicGeneration: string;
  /** The account that subscribed. */
  readonly ownerId: string;
  /** Who subscribed. */
  readonly principalArn: string;
  readonly protocol: SubscriptionProtocol;
  /** ARN of a queue, or a URL. */
  readonly endpoint: string;
  readonly createdMs: number;
  /** What confirms it; undefined once it is confirmed. */
  readonly pendingToken: string | undefined;
  /** It was confirmed by a caller who asked that nobody end it without a signature. */
  readonly authenticatedUnsubscribe: boolean;
  /** It was made or confirmed by a signed request. */
  readonly confirmationAuthenticated: boolean;
  /** Where the subscriber reached this server: URLs in messages begin with it. */
  readonly baseUrl: string;
  readonly settings: SubscriptionSettings;
  /** `settings.filterPolicy`, parsed. */
  readonly filter: FilterPolicy | undefined;
}

/** One attribute of a message. Binary values are base64 here. */
export interface MessageAttribute {
  /** `String`, `String.Array`, `Number` or `Binary`. */
  readonly type: string;
  readonly value: string;
}

/** A message as it is published. */
export interface MessageDraft {
  readonly message: string;
  readonly subject?: string;
  /** By protocol and `default`, of a message with MessageStructure `json`. */
  readonly perProtocol?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** A service that publishes in its own name, for a resource of an account. */
export interface ServicePublisher {
  /** Such as `cloudtrail.amazonaws.com`. */
  readonly servicePrincipal: string;
  readonly sourceArn: string;
  readonly sourceAccount: string;
}

/** What became of deliveries since the start. */
export type DeliveryOutcome = 'delivered' | 'refused' | 'failed' | 'dead-letter';
