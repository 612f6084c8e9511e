/** Names and ARNs of topics and subscriptions. (SNS API reference, CreateTopic; Developer Guide.) */
import { invalidParameter } from './errors.ts';
import type { TopicScope } from './types.ts';

const NAME = /^[A-Za-z0-9_-]{1,256}$/;
const TOPIC_ARN = /^arn:aws:sns:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,256}(?:\.fifo)?)$/;
const SUBSCRIPTION_ARN =
  /^(arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** @throws {ApiError} InvalidParameter */
export function checkTopicName(name: string): void {
  if (name.endsWith('.fifo')) throw noFifo();
  if (!NAME.test(name)) throw invalidParameter('Topic Name');
}

export function noFifo(): Error {
  return invalidParameter('FifoTopic', 'Varve has standard topics only; FIFO topics are left to AWS.');
}

export function topicArn({ accountId, region }: TopicScope, name: string): string {
  return `arn:aws:sns:${region}:${accountId}:${name}`;
}

export function parseTopicArn(arn: string): (TopicScope & { readonly name: string }) | undefined {
  const [, region, accountId, name] = TOPIC_ARN.exec(arn) ?? [];
  return region === undefined || accountId === undefined || name === undefined
    ? undefined
    : { region, accountId, name };
}

export function parseSubscriptionArn(arn: string): { readonly topicArn: string; readonly id: string } | undefined {
  const [, topic, id] = SUBSCRIPTION_ARN.exec(arn) ?? [];
  return topic === undefined || id === undefined ? undefined : { topicArn: topic, id };
}
