import { parsePolicy } from '#identity';
import type { SqlRow } from '#state';
import { queueArn } from './names.ts';
import type { Queue, QueueSettings } from './types.ts';

/**
 * `queues_queue`: one row a queue. `content` names its messages; deleting and purging only take the name away (they are one
 * small transaction), and `queues_removed` has what the sweeper still has to remove.
 * `queues_message`: `visible_ms` is when it may be received (next); `receipt` is set by a receive and is the only one that
 * deletes; `facts` is JSON of {@link MessageFacts}. What expires is told by `sent_ms` and the queue's retention of now.
 */
export const MIGRATIONS = [
  `
CREATE TABLE queues_queue (
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, generation TEXT NOT NULL UNIQUE,
  content TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL,
  settings TEXT NOT NULL, tags TEXT NOT NULL, PRIMARY KEY (account, region, name)) STRICT, WITHOUT ROWID;
CREATE TABLE queues_removed (content TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE queues_message (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT NOT NULL, message_id TEXT NOT NULL, body TEXT NOT NULL,
  facts TEXT NOT NULL, sent_ms INTEGER NOT NULL, visible_ms INTEGER NOT NULL, receipt TEXT, received_ms INTEGER,
  first_received_ms INTEGER, receive_count INTEGER NOT NULL DEFAULT 0, queue_receive_count INTEGER NOT NULL DEFAULT 0,
  source_arn TEXT) STRICT;
CREATE INDEX queues_message_visible ON queues_message (content, visible_ms, sent_ms);
CREATE INDEX queues_message_sent ON queues_message (content, sent_ms);
CREATE INDEX queues_message_in_flight ON queues_message (content, visible_ms) WHERE receipt IS NOT NULL;
`,
];

export function queueOf(row: SqlRow): Queue {
  return queueWith(
    {
      accountId: String(row['account']),
      region: String(row['region']),
      name: String(row['name']),
      generation: String(row['generation']),
      content: String(row['content']),
      createdMs: Number(row['created_ms']),
      modifiedMs: Number(row['modified_ms']),
      tags: JSON.parse(String(row['tags'])) as Queue['tags'],
    },
    JSON.parse(String(row['settings'])) as QueueSettings,
  );
}

export function queueWith(facts: Omit<Queue, 'arn' | 'settings' | 'policy'>, settings: QueueSettings): Queue {
  const { accountId, region, name, generation, content, createdMs, modifiedMs, tags } = facts;
  const arn = queueArn(facts, name);
  const policy = settings.policy === undefined ? undefined : parsePolicy(settings.policy, 'resource');
  return { accountId, region, name, arn, generation, content, createdMs, modifiedMs, settings, policy, tags };
}
