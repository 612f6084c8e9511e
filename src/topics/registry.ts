/** Topics and subscriptions of this server: kept in the control state, read from memory. */
import { bug, type Clock, type IdSource } from '#base';
import type { State } from '#state';
import { ApiError } from '#wire';
import { subscriptionNotFound, topicNotFound } from './errors.ts';
import { parseSubscriptionArn, parseTopicArn } from './names.ts';
import {
  factsOf,
  MIGRATIONS,
  type SubscriptionFacts,
  subscriptionOf,
  subscriptionWith,
  topicOf,
  topicWith,
} from './schema.ts';
import type { Subscription, SubscriptionSettings, Topic, TopicScope, TopicSettings } from './types.ts';

/** (SNS quotas; they bound memory here.) */
const TOPICS_PER_ACCOUNT_MAX = 100_000;
const SUBSCRIPTIONS_PER_TOPIC_MAX = 10_000;
const GENERATION_DIGITS = 20;
const TOKEN_DIGITS = 64;
/** A subscription that nobody confirms goes. (SNS Developer Guide: tokens are valid for two days.) */
export const PENDING_MS_MAX = 2 * 24 * 60 * 60 * 1000;

export class TopicRegistry {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  /** By ARN. */
  readonly #topics = new Map<string, Topic>();
  /** By id. */
  readonly #subscriptions = new Map<string, Subscription>();
  /** By the topic's generation. */
  readonly #ofTopic = new Map<string, Set<string>>();
  /** Changes happen one after the other: each builds on what the one before left. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(state: State, clock: Clock, ids: IdSource) {
    this.#state = state;
    this.#clock = clock;
    this.#ids = ids;
  }

  static async open(state: State, clock: Clock, ids: IdSource): Promise<TopicRegistry> {
    await state.migrate('topics', MIGRATIONS);
    const registry = new TopicRegistry(state, clock, ids);
    const byGeneration = new Map<string, Topic>();
    for (const row of await state.all('SELECT * FROM topics_topic')) {
      const topic = topicOf(row);
      registry.#rememberTopic(topic);
      byGeneration.set(topic.generation, topic);
    }
    for (const row of await state.all('SELECT * FROM topics_subscription')) {
      const topic = byGeneration.get(String(row['generation'])) ?? bug('a subscription without a topic');
      registry.#remember(subscriptionOf(row, topic));
    }
    return registry;
  }

  /** Undefined too when the text is no ARN. */
  topic(arn: string): Topic | undefined {
    return this.#topics.get(arn);
  }

  /** By name. */
  topics({ accountId, region }: TopicScope): Topic[] {
    return [...this.#topics.values()]
      .filter((topic) => topic.accountId === accountId && topic.region === region)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  subscription(arn: string): Subscription | undefined {
    const parsed = parseSubscriptionArn(arn);
    const found = parsed && this.byId(parsed.id);
    return found?.topicArn === parsed?.topicArn ? found : undefined;
  }

  byId(id: string): Subscription | undefined {
    const found = this.#subscriptions.get(id);
    return found && this.#isStale(found) ? undefined : found;
  }

  /** In the order in which they were made. */
  subscriptionsOf({ generation }: Topic): Subscription[] {
    return [...(this.#ofTopic.get(generation) ?? [])]
      .flatMap((id) => this.byId(id) ?? [])
      .sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
  }

  /** Those that an account made in a Region, to whomever the topics belong. */
  subscriptionsBy({ accountId, region }: TopicScope): Subscription[] {
    return [...this.#subscriptions.values()]
      .filter(
        (one) => one.ownerId === accountId && parseTopicArn(one.topicArn)?.region === region && !this.#isStale(one),
      )
      .sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
  }

  all(): IterableIterator<Subscription> {
    return this.#subscriptions.values();
  }

  /** The topic that is there, or the one that `make` describes. */
  createTopic(
    scope: TopicScope,
    name: string,
    make: (present: Topic | undefined) => { settings: TopicSettings; tags: Topic['tags'] },
  ): Promise<Topic> {
    return this.#inTurn(async () => {
      const { accountId, region } = scope;
      const generation = this.#ids.hex(GENERATION_DIGITS);
      const createdMs = this.#clock.nowMs();
      const bare = topicWith(
        { accountId, region, name, generation, createdMs, tags: {} },
        { displayName: '', messageBytesMax: 0 },
      );
      const present = this.topic(bare.arn);
      const { settings, tags } = make(present);
      if (present) return present;
      if (this.#countOf(accountId) >= TOPICS_PER_ACCOUNT_MAX) {
        throw new ApiError('TopicLimitExceeded', 'The account has as many topics as it can have.');
      }
      const topic = topicWith({ ...bare, tags }, settings);
      await this.#state.transaction([
        {
          sql: 'INSERT INTO topics_topic VALUES (?, ?, ?, ?, ?, ?, ?)',
          parameters: [accountId, region, name, generation, createdMs, JSON.stringify(settings), JSON.stringify(tags)],
        },
      ]);
      this.#rememberTopic(topic);
      return topic;
    });
  }

  /** @throws {ApiError} NotFound; what `change` throws */
  updateTopic(
    { arn, generation }: Topic,
    change: (topic: Topic) => { settings?: TopicSettings; tags?: Topic['tags'] },
  ): Promise<void> {
    return this.#inTurn(async () => {
      const present = this.#topics.get(arn);
      if (present?.generation !== generation) throw topicNotFound();
      const { settings = present.settings, tags = present.tags } = change(present);
      const changed = topicWith({ ...present, tags }, settings);
      await this.#state.transaction([
        {
          sql: 'UPDATE topics_topic SET settings = ?, tags = ? WHERE generation = ?',
          parameters: [JSON.stringify(settings), JSON.stringify(tags), generation],
        },
      ]);
      this.#rememberTopic(changed);
    });
  }

  /** The topic goes with its subscriptions and what was still to be delivered. */
  deleteTopic({ arn, generation }: Topic): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#topics.get(arn)?.generation !== generation) return;
      await this.#state.transaction([
        { sql: 'DELETE FROM topics_topic WHERE generation = ?', parameters: [generation] },
      ]);
      this.#topics.delete(arn);
      for (const id of this.#ofTopic.get(generation) ?? []) this.#subscriptions.delete(id);
      this.#ofTopic.delete(generation);
    });
  }

  /**
   * Makes a subscription, or changes the one that `present` is; `confirmed` ones have no token.
   * @throws {ApiError} NotFound, SubscriptionLimitExceeded; what `make` throws
   */
  subscribe(
    { arn, generation }: Topic,
    make: (
      present: readonly Subscription[],
    ) => Subscription | { facts: SubscriptionFacts; settings: SubscriptionSettings; confirmed: boolean },
  ): Promise<Subscription> {
    return this.#inTurn(async () => {
      const topic = this.#topics.get(arn);
      if (topic?.generation !== generation) throw topicNotFound();
      const present = this.subscriptionsOf(topic);
      const made = make(present);
      if ('id' in made) return made;
      if (present.length >= SUBSCRIPTIONS_PER_TOPIC_MAX) {
        throw new ApiError('SubscriptionLimitExceeded', 'The topic has as many subscriptions as it can have.');
      }
      const subscription = subscriptionWith(
        topic,
        {
          ...made.facts,
          id: this.#ids.uuid(),
          createdMs: this.#clock.nowMs(),
          pendingToken: made.confirmed ? undefined : this.#ids.hex(TOKEN_DIGITS),
        },
        made.settings,
      );
      await this.#state.transaction([
        {
          sql: 'INSERT INTO topics_subscription VALUES (?, ?, ?, ?, ?, ?)',
          parameters: [
            subscription.id,
            generation,
            subscription.createdMs,
            subscription.pendingToken ?? null,
            JSON.stringify(made.facts),
            JSON.stringify(made.settings),
          ],
        },
      ]);
      this.#remember(subscription);
      return subscription;
    });
  }

  /** @throws {ApiError} NotFound; what `change` throws */
  updateSubscription(
    { id }: Subscription,
    change: (subscription: Subscription) => Partial<Subscription>,
  ): Promise<Subscription> {
    return this.#inTurn(async () => {
      const present = this.byId(id);
      if (!present) throw subscriptionNotFound();
      const merged = { ...present, ...change(present) };
      const topic = { arn: present.topicArn, generation: present.topicGeneration };
      const changed = subscriptionWith(topic, { ...merged, ...factsOf(merged) }, merged.settings);
      await this.#state.transaction([
        {
          sql: 'UPDATE topics_subscription SET token = ?, facts = ?, settings = ? WHERE id = ?',
          parameters: [
            changed.pendingToken ?? null,
            JSON.stringify(factsOf(changed)),
            JSON.stringify(changed.settings),
            id,
          ],
        },
      ]);
      this.#remember(changed);
      return changed;
    });
  }

  unsubscribe({ id, topicGeneration }: Subscription): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#subscriptions.has(id)) return;
      await this.#state.transaction([{ sql: 'DELETE FROM topics_subscription WHERE id = ?', parameters: [id] }]);
      this.#subscriptions.delete(id);
      this.#ofTopic.get(topicGeneration)?.delete(id);
    });
  }

  /** Removes subscriptions that nobody confirmed in time. */
  async forgetStale(): Promise<void> {
    for (const subscription of this.#subscriptions.values()) {
      if (this.#isStale(subscription)) await this.unsubscribe(subscription);
    }
  }

  #isStale({ pendingToken, createdMs }: Subscription): boolean {
    return pendingToken !== undefined && this.#clock.nowMs() - createdMs > PENDING_MS_MAX;
  }

  #countOf(accountId: string): number {
    let count = 0;
    for (const topic of this.#topics.values()) if (topic.accountId === accountId) count += 1;
    return count;
  }

  #rememberTopic(topic: Topic): void {
    this.#topics.set(topic.arn, topic);
  }

  #remember(subscription: Subscription): void {
    this.#subscriptions.set(subscription.id, subscription);
    let ids = this.#ofTopic.get(subscription.topicGeneration);
    if (!ids) this.#ofTopic.set(subscription.topicGeneration, (ids = new Set()));
    ids.add(subscription.id);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#changes.then(work);
    this.#changes = turn.catch(() => undefined);
    return turn;
  }
}
