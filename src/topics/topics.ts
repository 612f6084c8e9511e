/**
 * The topics of SNS: standard ones, with queues and HTTP(S) endpoints as subscribers. At least once: what was published is
 * in every queue, and durable for every endpoint, when the publisher is answered.
 * (SNS Developer Guide and API reference.)
 */
import { isDeepStrictEqual } from 'node:util';
import { type Clock, type IdSource, sleep } from '#base';
import { evaluate } from '#identity';
import type { State } from '#state';
import { DEFAULT_CONTENT_TYPE, DEFAULT_RETRY } from './delivery-policy.ts';
import { checkEndpoint } from './endpoints.ts';
import { confirmationRequest, notification, type Published } from './envelopes.ts';
import { authorizationError, invalidParameter, topicNotFound } from './errors.ts';
import { matchesAttributes, matchesBody } from './filter-policy/match.ts';
import { HttpDeliveries, type HttpTarget, type NewDelivery } from './http-deliveries.ts';
import { type HttpRequest, HttpSender } from './http-sender.ts';
import { checkMessage, textFor } from './messages.ts';
import { checkTopicName } from './names.ts';
import type { QueueMessage, QueueRefusal, QueueSink } from './ports.ts';
import { TopicRegistry } from './registry.ts';
import { DEFAULT_SUBSCRIPTION, withSubscriptionAttributes } from './subscription-attributes.ts';
import { DEFAULT_TOPIC, topicAttributeTexts, withTopicAttribute, withTopicAttributes } from './topic-attributes.ts';
import type {
  DeliveryOutcome,
  MessageAttribute,
  MessageDraft,
  ServicePublisher,
  Subscription,
  SubscriptionProtocol,
  Topic,
  TopicScope,
} from './types.ts';

const FORGET_INTERVAL_MS = 60 * 60_000;
/** A topic may have ten thousand subscribers, and the control state takes so many changes at a time. */
const PUTS_AT_ONCE = 200;

export interface TopicsOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly queues: QueueSink;
  /** A subscriber got nothing: for the log. */
  readonly onUndelivered: (event: UndeliveredEvent) => void;
  /** The control state failed while deliveries were under way; they go on. */
  readonly onFailure: (error: unknown) => void;
}

export interface UndeliveredEvent {
  readonly subscriptionArn: string;
  readonly outcome: Exclude<DeliveryOutcome, 'delivered'>;
  readonly detail: string;
}

export interface NewSubscription {
  readonly protocol: SubscriptionProtocol;
  readonly endpoint: string;
  readonly ownerId: string;
  readonly principalArn: string;
  /** Where the subscriber reached this server. */
  readonly baseUrl: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Whether a service may publish. */
export type ServicePermission = 'allowed' | 'denied' | 'no-topic';

const WHY: Readonly<Record<QueueRefusal, string>> = {
  gone: 'the queue does not exist',
  denied: "the queue's policy does not allow sqs:SendMessage to sns.amazonaws.com with this topic as aws:SourceArn",
  unfit: 'the queue takes no such message (size, or more than ten attributes)',
};

export class Topics {
  readonly registry: TopicRegistry;
  /** Deliveries since the start, by protocol and outcome. */
  readonly counts = new Map<`${SubscriptionProtocol}/${DeliveryOutcome}`, number>();
  readonly #queues: QueueSink;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #onUndelivered: TopicsOptions['onUndelivered'];
  readonly #onFailure: TopicsOptions['onFailure'];
  readonly #sender: HttpSender;
  readonly #stop = new AbortController();
  #deliveries: HttpDeliveries | undefined;

  private constructor(registry: TopicRegistry, options: TopicsOptions) {
    this.registry = registry;
    this.#queues = options.queues;
    this.#clock = options.clock;
    this.#ids = options.ids;
    this.#onUndelivered = options.onUndelivered;
    this.#onFailure = options.onFailure;
    this.#sender = new HttpSender();
  }

  static async open(options: TopicsOptions): Promise<Topics> {
    const topics = new Topics(await TopicRegistry.open(options.state, options.clock, options.ids), options);
    topics.#deliveries = await HttpDeliveries.open({
      state: options.state,
      clock: options.clock,
      sender: topics.#sender,
      target: (id) => topics.#targetOf(id),
      onDelivered: (id) => topics.#count(topics.registry.byId(id), 'delivered'),
      onGivenUp: (id, request, detail, attempts) => topics.#giveUp(id, request, `${detail}; attempts: ${attempts}`),
      onFailure: options.onFailure,
    });
    return topics;
  }

  /** Begins with deliveries, and to forget what nobody confirms. */
  start(): void {
    this.#deliveries?.start();
    void this.#forgetStale();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#deliveries?.close();
    this.#sender.close();
  }

  /** Deliveries to HTTP(S) endpoints that are still to be made. */
  get waiting(): number {
    return this.#deliveries?.waiting ?? 0;
  }

  /** @throws {ApiError} NotFound */
  mustFind(arn: string): Topic {
    const topic = this.registry.topic(arn);
    if (!topic) throw topicNotFound();
    return topic;
  }

  /**
   * Makes a topic, or finds the one that is there with these attributes and tags.
   * @throws {ApiError} InvalidParameter, TopicLimitExceeded
   */
  create(
    scope: TopicScope,
    name: string,
    texts: Readonly<Record<string, string>>,
    tags: Topic['tags'],
  ): Promise<Topic> {
    checkTopicName(name);
    return this.registry.createTopic(scope, name, (present) => {
      if (!present) return { settings: withTopicAttributes(DEFAULT_TOPIC, texts), tags };
      const { settings } = present;
      if (!isDeepStrictEqual(withTopicAttributes(settings, texts), settings)) {
        throw invalidParameter('Attributes', 'Topic already exists with different attributes');
      }
      if (Object.keys(tags).length > 0 && !isDeepStrictEqual(present.tags, tags)) {
        throw invalidParameter('Tags', 'Topic already exists with different tags');
      }
      return { settings, tags: present.tags };
    });
  }

  /** @throws {ApiError} InvalidParameter, NotFound */
  setAttribute(topic: Topic, name: string, text: string): Promise<void> {
    return this.registry.updateTopic(topic, ({ settings }) => ({ settings: withTopicAttribute(settings, name, text) }));
  }

  /** Changes the policy by what the topic has now; an empty text brings the default back. @throws {ApiError} InvalidParameter, NotFound */
  changePolicy(topic: Topic, change: (topic: Topic) => string): Promise<void> {
    return this.registry.updateTopic(topic, (present) => ({
      settings: withTopicAttribute(present.settings, 'Policy', change(present)),
    }));
  }

  attributes(topic: Topic): Record<string, string> {
    const all = this.registry.subscriptionsOf(topic);
    const pending = all.filter(({ pendingToken }) => pendingToken !== undefined).length;
    return topicAttributeTexts(topic, { pending, confirmed: all.length - pending });
  }

  /**
   * Subscribes an endpoint. A queue of the caller's own account is confirmed at once; others are asked.
   * @throws {ApiError} InvalidParameter, FilterPolicyLimitExceeded, SubscriptionLimitExceeded, NotFound
   */
  async subscribe(topic: Topic, wanted: NewSubscription): Promise<Subscription> {
    const { protocol, endpoint, ownerId, principalArn, baseUrl, attributes } = wanted;
    const isQueue = protocol === 'sqs';
    const queueOwner = isQueue ? this.#queues.ownerOf(endpoint) : undefined;
    if (protocol !== 'sqs') checkEndpoint(protocol, endpoint);
    else if (queueOwner === undefined) throw invalidParameter('SQS endpoint ARN');
    const confirmed = queueOwner === ownerId;
    const settings = withSubscriptionAttributes(DEFAULT_SUBSCRIPTION, protocol, attributes);
    const subscription = await this.registry.subscribe(topic, (present) => {
      const same = present.find((one) => one.protocol === protocol && one.endpoint === endpoint);
      if (same && !isDeepStrictEqual(same.settings, settings)) {
        throw invalidParameter('Attributes', 'Subscription already exists with different attributes');
      }
      const facts = {
        ownerId,
        principalArn,
        protocol,
        endpoint,
        baseUrl,
        authenticatedUnsubscribe: false,
        confirmationAuthenticated: confirmed,
      };
      return same ?? { facts, settings, confirmed };
    });
    if (subscription.pendingToken !== undefined) await this.#askToConfirm(subscription);
    return subscription;
  }

  /** @throws {ApiError} InvalidParameter, NotFound */
  async confirm(
    topic: Topic,
    token: string,
    how: { readonly authenticated: boolean; readonly authenticatedUnsubscribe: boolean },
  ): Promise<Subscription> {
    const pending = this.registry.subscriptionsOf(topic).find(({ pendingToken }) => pendingToken === token);
    if (!pending || token === '') throw invalidParameter('Token');
    return this.registry.updateSubscription(pending, () => ({
      pendingToken: undefined,
      confirmationAuthenticated: how.authenticated,
      authenticatedUnsubscribe: how.authenticatedUnsubscribe,
    }));
  }

  /** @throws {ApiError} InvalidParameter, FilterPolicyLimitExceeded, NotFound */
  async setSubscriptionAttribute(subscription: Subscription, name: string, text: string): Promise<void> {
    await this.registry.updateSubscription(subscription, ({ settings, protocol }) => ({
      settings: withSubscriptionAttributes(settings, protocol, { [name]: text }),
    }));
  }

  /**
   * Publishes; gives the message's id.
   * @throws {ApiError} InvalidParameter, Throttled
   */
  async publish(topic: Topic, draft: MessageDraft): Promise<string> {
    checkMessage(draft, topic.settings.messageBytesMax);
    const messageId = this.#ids.uuid();
    const published: Published = {
      messageId,
      publishedMs: this.#clock.nowMs(),
      subject: draft.subject,
      attributes: draft.attributes ?? {},
    };
    const wanted = this.registry
      .subscriptionsOf(topic)
      .filter((subscription) => subscription.pendingToken === undefined && wants(subscription, draft));
    const toHttp: NewDelivery[] = [];
    const toQueues: (() => Promise<void>)[] = [];
    for (const subscription of wanted) {
      const text = textFor(draft, subscription.protocol);
      if (subscription.protocol === 'sqs') {
        toQueues.push(() => this.#putIntoQueue(topic, subscription, text, published));
      } else {
        const request = this.#request(topic, subscription, text, published);
        toHttp.push({ subscriptionId: subscription.id, messageId, request });
      }
    }
    await this.#deliveries?.add(toHttp);
    while (toQueues.length > 0) await Promise.all(toQueues.splice(0, PUTS_AT_ONCE).map((put) => put()));
    return messageId;
  }

  /** Whether the topic's policy lets a service publish for a resource. */
  mayServicePublish(topicArn: string, publisher: ServicePublisher): ServicePermission {
    const topic = this.registry.topic(topicArn);
    if (!topic) return 'no-topic';
    const { decision } = evaluate({
      policies: [topic.policy],
      action: 'sns:Publish',
      resource: topic.arn,
      principal: { type: 'Service', name: publisher.servicePrincipal },
      context: {
        'aws:SourceArn': publisher.sourceArn,
        'aws:SourceAccount': publisher.sourceAccount,
        'aws:PrincipalIsAWSService': 'true',
        'aws:SecureTransport': 'true',
      },
    });
    return decision === 'allow' ? 'allowed' : 'denied';
  }

  /**
   * Publishes in a service's name; gives the message's id.
   * @throws {ApiError} NotFound, AuthorizationError, and as {@link publish}
   */
  async publishAsService(topicArn: string, message: string, publisher: ServicePublisher): Promise<string> {
    const topic = this.mustFind(topicArn);
    if (this.mayServicePublish(topicArn, publisher) === 'allowed') return this.publish(topic, { message });
    throw authorizationError(
      `User: ${publisher.servicePrincipal} is not authorized to perform: SNS:Publish on resource: ${topicArn}`,
    );
  }

  async #putIntoQueue(topic: Topic, subscription: Subscription, text: string, published: Published): Promise<void> {
    const { rawDelivery } = subscription.settings;
    const message: QueueMessage = rawDelivery
      ? { body: text, attributes: queueAttributes(published.attributes) }
      : { body: notification(text, published, subscription), attributes: {} };
    const refusal = await this.#queues.put(subscription.endpoint, message, {
      topicArn: topic.arn,
      accountId: topic.accountId,
    });
    if (refusal === undefined) return this.#count(subscription, 'delivered');
    return this.#lose(subscription, message, refusal === 'denied' ? 'refused' : 'failed', WHY[refusal]);
  }

  #request(topic: Topic, subscription: Subscription, text: string, published: Published): HttpRequest {
    const { settings, arn } = subscription;
    const type = settings.deliveryPolicy?.headerContentType ?? topic.settings.deliveryPolicy?.headerContentType;
    return {
      headers: {
        ...headersOf('Notification', published.messageId, topic.arn),
        'x-amz-sns-subscription-arn': arn,
        'content-type': type ?? DEFAULT_CONTENT_TYPE,
        ...(settings.rawDelivery && { 'x-amz-sns-rawdelivery': 'true' }),
      },
      body: settings.rawDelivery ? text : notification(text, published, subscription),
    };
  }

  async #askToConfirm(subscription: Subscription): Promise<void> {
    const { protocol, endpoint, topicArn, id } = subscription;
    const messageId = this.#ids.uuid();
    const body = confirmationRequest(subscription, messageId, this.#clock.nowMs());
    if (protocol === 'sqs') {
      const accountId = this.mustFind(topicArn).accountId;
      const refusal = await this.#queues.put(endpoint, { body, attributes: {} }, { topicArn, accountId });
      if (refusal) this.#onUndelivered({ subscriptionArn: subscription.arn, outcome: 'refused', detail: WHY[refusal] });
      return;
    }
    const headers = {
      ...headersOf('SubscriptionConfirmation', messageId, topicArn),
      'content-type': DEFAULT_CONTENT_TYPE,
    };
    await this.#deliveries?.add([{ subscriptionId: id, messageId, request: { headers, body } }]);
  }

  #targetOf(subscriptionId: string): HttpTarget | undefined {
    const subscription = this.registry.byId(subscriptionId);
    if (!subscription) return undefined;
    const policy =
      subscription.settings.deliveryPolicy ?? this.registry.topic(subscription.topicArn)?.settings.deliveryPolicy;
    return { endpoint: subscription.endpoint, retry: policy?.retry ?? DEFAULT_RETRY };
  }

  async #giveUp(subscriptionId: string, { body }: HttpRequest, detail: string): Promise<void> {
    const subscription = this.registry.byId(subscriptionId);
    if (subscription) await this.#lose(subscription, { body, attributes: {} }, 'failed', detail);
  }

  /** To the subscription's dead-letter queue, where it has one. */
  async #lose(
    subscription: Subscription,
    message: QueueMessage,
    outcome: 'refused' | 'failed',
    detail: string,
  ): Promise<void> {
    this.#count(subscription, outcome);
    const { deadLetterArn } = subscription.settings;
    const topic = this.registry.topic(subscription.topicArn);
    let kept = '';
    if (deadLetterArn !== undefined && topic) {
      const source = { topicArn: topic.arn, accountId: topic.accountId };
      const refusal = await this.#queues.put(deadLetterArn, message, source);
      if (refusal === undefined) this.#count(subscription, 'dead-letter');
      kept = refusal === undefined ? '; kept in its dead-letter queue' : `; its dead-letter queue: ${WHY[refusal]}`;
    }
    this.#onUndelivered({ subscriptionArn: subscription.arn, outcome, detail: detail + kept });
  }

  #count(subscription: Subscription | undefined, outcome: DeliveryOutcome): void {
    if (!subscription) return;
    const key = `${subscription.protocol}/${outcome}` as const;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  async #forgetStale(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.registry.forgetStale().catch((error: unknown) => {
        if (!signal.aborted) this.#onFailure(error);
      });
      await sleep(FORGET_INTERVAL_MS, signal);
    }
  }
}

function wants({ filter, settings }: Subscription, draft: MessageDraft): boolean {
  if (!filter) return true;
  return settings.filterScope === 'MessageBody'
    ? matchesBody(filter, draft.message)
    : matchesAttributes(filter, draft.attributes ?? {});
}

function headersOf(type: string, messageId: string, topicArn: string): Record<string, string> {
  return {
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topicArn,
    'user-agent': 'Varve Simple Notification Service Agent',
  };
}

function queueAttributes(attributes: Readonly<Record<string, MessageAttribute>>): QueueMessage['attributes'] {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, value }]) => [
      name,
      type.startsWith('Binary') ? { dataType: type, base64: value } : { dataType: type, text: value },
    ]),
  );
}
