/**
 * What subscribers get: AWS's JSON, laid out as AWS lays it out.
 *
 * By design: `Signature` and `SigningCertURL` are empty. Clients that check signatures trust certificates at amazonaws.com
 * only, and those keys are AWS's; a signature of our own under a name of theirs would be a lie.
 * (SNS Developer Guide, "Parsing Amazon SNS message formats".)
 */
import type { MessageAttribute, Subscription } from './types.ts';

export interface Published {
  readonly messageId: string;
  readonly publishedMs: number;
  readonly subject: string | undefined;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
}

type Field = readonly [name: string, text: string | undefined];

export function notification(message: string, published: Published, subscription: Subscription): string {
  const { messageId, publishedMs, subject, attributes } = published;
  const { arn, topicArn, baseUrl } = subscription;
  const fields = [
    ['Type', 'Notification'],
    ['MessageId', messageId],
    ['TopicArn', topicArn],
    ['Subject', subject],
    ['Message', message],
    ['Timestamp', new Date(publishedMs).toISOString()],
    ['SignatureVersion', '1'],
    ['Signature', ''],
    ['SigningCertURL', ''],
    ['UnsubscribeURL', `${baseUrl}/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(arn)}`],
  ] as const;
  return layOut(fields, attributes);
}

export function confirmationRequest(
  { topicArn, baseUrl, pendingToken = '' }: Subscription,
  messageId: string,
  atMs: number,
): string {
  const message = `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`;
  const query = `Action=ConfirmSubscription&TopicArn=${encodeURIComponent(topicArn)}&Token=${pendingToken}`;
  return layOut(
    [
      ['Type', 'SubscriptionConfirmation'],
      ['MessageId', messageId],
      ['Token', pendingToken],
      ['TopicArn', topicArn],
      ['Message', message],
      ['SubscribeURL', `${baseUrl}/?${query}`],
      ['Timestamp', new Date(atMs).toISOString()],
      ['SignatureVersion', '1'],
      ['Signature', ''],
      ['SigningCertURL', ''],
    ],
    {},
  );
}

function layOut(fields: readonly Field[], attributes: Readonly<Record<string, MessageAttribute>>): string {
  const lines = fields
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `  ${JSON.stringify(name)} : ${JSON.stringify(text)}`);
  const entries = Object.entries(attributes).map(
    ([name, { type, value }]) => `    ${JSON.stringify(name)} : ${JSON.stringify({ Type: type, Value: value })}`,
  );
  if (entries.length > 0) lines.push(`  "MessageAttributes" : {\n${entries.join(',\n')}\n  }`);
  return `{\n${lines.join(',\n')}\n}`;
}
