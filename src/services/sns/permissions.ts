/** Statements that AddPermission makes and RemovePermission takes away. (SNS API reference.) */
import { defaultTopicPolicy, invalidTopicParameter, type Topic } from '#topics';

const ACTIONS = new Set([
  'AddPermission',
  'DeleteTopic',
  'GetTopicAttributes',
  'ListSubscriptionsByTopic',
  'ListTagsForResource',
  'Publish',
  'Receive',
  'RemovePermission',
  'SetTopicAttributes',
  'Subscribe',
]);
const LABEL = /^[A-Za-z0-9_-]{1,80}$/;

interface Document {
  readonly Statement: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

export interface Permission {
  readonly label: string;
  readonly accountIds: readonly string[];
  readonly actions: readonly string[];
}

/** The topic's policy with one more statement. @throws {ApiError} InvalidParameter */
export function withPermission(topic: Topic, { label, accountIds, actions }: Permission): string {
  if (!LABEL.test(label)) throw invalidTopicParameter('Label');
  if (accountIds.length === 0 || !accountIds.every((id) => /^\d{12}$/.test(id)))
    throw invalidTopicParameter('Accounts');
  const wrong = actions.find((action) => !ACTIONS.has(action));
  if (actions.length === 0 || wrong !== undefined) {
    throw invalidTopicParameter('Policy statement action out of service scope!');
  }
  const document = readDocument(topic);
  if (document.Statement.some(({ Sid }) => Sid === label)) throw invalidTopicParameter('Statement already exists');
  const statement = {
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: one(accountIds.map((id) => `arn:aws:iam::${id}:root`)) },
    Action: one(actions.map((action) => `SNS:${action}`)),
    Resource: topic.arn,
  };
  return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
}

/** The topic's policy without the statement; the default's goes like any other. @throws {ApiError} InvalidParameter */
export function withoutPermission(topic: Topic, label: string): string {
  const document = readDocument(topic);
  const rest = document.Statement.filter(({ Sid }) => Sid !== label);
  if (rest.length === document.Statement.length) throw invalidTopicParameter('Label', 'There is no such statement.');
  // A policy without statements is none: AWS's default comes back.
  return rest.length === 0 ? '' : JSON.stringify({ ...document, Statement: rest });
}

function readDocument({ settings, arn, accountId }: Topic): Document {
  const document = JSON.parse(settings.policy ?? defaultTopicPolicy(arn, accountId)) as Record<string, unknown>;
  const { Statement: statement } = document;
  return { ...document, Statement: (Array.isArray(statement) ? statement : [statement]) as Document['Statement'] };
}

function one(texts: readonly string[]): string | readonly string[] {
  return texts.length === 1 && texts[0] !== undefined ? texts[0] : texts;
}
