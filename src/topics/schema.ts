import { parsePolicy } from '#identity';
import type { SqlRow } from '#state';
import { parseFilterPolicy } from './filter-policy/parse.ts';
import { topicArn } from './names.ts';
import { defaultPolicy } from './topic-attributes.ts';
import type { Subscription, SubscriptionSettings, Topic, TopicSettings } from './types.ts';

/**
 * `topics_subscription`: `facts` is JSON of {@link SubscriptionFacts}; `token` is set until it is confirmed.
 * `topics_delivery`: requests to HTTP(S) endpoints that are still to be made; `request` is JSON of headers and body, `attempts`
 * how many failed, `next_ms` when the next is due.
 */
export const MIGRATIONS = [
  `
CREATE TABLE topics_topic (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, generation TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL, settings TEXT NOT NULL, tags TEXT NOT NULL,
  PRIMARY KEY (account, region, name)) STRICT, WITHOUT ROWID;
CREATE TABLE topics_subscription (
  id TEXT PRIMARY KEY, generation TEXT NOT NULL REFERENCES topics_topic (generation) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL, token TEXT, facts TEXT NOT NULL, settings TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX topics_subscription_topic ON topics_subscription (generation);
CREATE TABLE topics_delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  subscription TEXT NOT NULL REFERENCES topics_subscription (id) ON DELETE CASCADE,
  message_id TEXT NOT NULL, request TEXT NOT NULL, created_ms INTEGER NOT NULL, attempts INTEGER NOT NULL,
  next_ms INTEGER NOT NULL) STRICT;
CREATE INDEX topics_delivery_due ON topics_delivery (subscription, next_ms);
`,
];

/** What of a subscription never changes but by confirming it. */
export type SubscriptionFacts = Pick<
  Subscription,
  | 'ownerId'
  | 'principalArn'
  | 'protocol'
  | 'endpoint'
  | 'authenticatedUnsubscribe'
  | 'confirmationAuthenticated'
  | 'baseUrl'
>;

export function topicOf(row: SqlRow): Topic {
  return topicWith(
    {
      accountId: String(row['account']),
      region: String(row['region']),
      name: String(row['name']),
      generation: String(row['generation']),
      createdMs: Number(row['created_ms']),
      tags: JSON.parse(String(row['tags'])) as Topic['tags'],
    },
    JSON.parse(String(row['settings'])) as TopicSettings,
  );
}

export function topicWith(facts: Omit<Topic, 'arn' | 'settings' | 'policy'>, settings: TopicSettings): Topic {
  const { accountId, region, name, generation, createdMs, tags } = facts;
  const arn = topicArn(facts, name);
  const policy = parsePolicy(settings.policy ?? defaultPolicy(arn, accountId), 'resource');
  return { accountId, region, name, arn, generation, createdMs, settings, policy, tags };
}

export function subscriptionOf(row: SqlRow, topic: Topic): Subscription {
  return subscriptionWith(
    topic,
    {
      ...(JSON.parse(String(row['facts'])) as SubscriptionFacts),
      id: String(row['id']),
      createdMs: Number(row['created_ms']),
      pendingToken: row['token'] === null ? undefined : String(row['token']),
    },
    JSON.parse(String(row['settings'])) as SubscriptionSettings,
  );
}

export function subscriptionWith(
  topic: Pick<Topic, 'arn' | 'generation'>,
  facts: SubscriptionFacts & Pick<Subscription, 'id' | 'createdMs' | 'pendingToken'>,
  settings: SubscriptionSettings,
): Subscription {
  const { filterPolicy, filterScope } = settings;
  return {
    ...facts,
    arn: `${topic.arn}:${facts.id}`,
    topicArn: topic.arn,
    topicGeneration: topic.generation,
    settings,
    filter: filterPolicy === undefined ? undefined : parseFilterPolicy(filterPolicy, filterScope),
  };
}

export function factsOf(subscription: Subscription): SubscriptionFacts {
  const { ownerId, principalArn, protocol, endpoint, authenticatedUnsubscribe, confirmationAuthenticated, baseUrl } =
    subscription;
  return { ownerId, principalArn, protocol, endpoint, authenticatedUnsubscribe, confirmationAuthenticated, baseUrl };
}
