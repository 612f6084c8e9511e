/** Messages between the wire and the queues: attributes, and which of them a receiver asked for. */
import type { Message, MessageAttributeValue, MessageSystemAttributeValue } from '@aws-sdk/client-sqs';
import {
  invalidQueueParameter,
  md5OfAttributes,
  md5OfBody,
  type MessageAttribute,
  type MessageDraft,
  type ReceivedMessage,
} from '#queues';
import type { CallContext } from '../service.ts';

type WireAttributes = Readonly<Record<string, MessageAttributeValue | MessageSystemAttributeValue>>;

/** The members that SendMessage and the entries of SendMessageBatch share. */
export interface WireMessage {
  readonly MessageBody?: string | undefined;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: WireAttributes | undefined;
  readonly MessageSystemAttributes?: WireAttributes | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly MessageGroupId?: string | undefined;
}

const GROUP_ID = /^[\w!"#$%&'()*+,./:;<=>?@[\\\]^`{|}~-]{1,128}$/;

/** @throws {ApiError} InvalidParameterValue */
export function draftOf(message: WireMessage, { caller }: CallContext): MessageDraft {
  const { MessageDeduplicationId: deduplicationId, MessageGroupId: groupId } = message;
  if (deduplicationId !== undefined) {
    throw invalidQueueParameter(
      `Value ${deduplicationId.slice(0, 128)} for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.`,
    );
  }
  // Fair queues: a label on messages of standard ones.
  if (groupId !== undefined && !GROUP_ID.test(groupId)) {
    throw invalidQueueParameter(
      `Value ${groupId.slice(0, 128)} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
  const traceHeader = message.MessageSystemAttributes?.['AWSTraceHeader']?.StringValue;
  const attributes = attributesOf(message.MessageAttributes);
  return {
    body: message.MessageBody ?? '',
    senderId: caller.userId,
    ...(message.DelaySeconds !== undefined && { delaySeconds: message.DelaySeconds }),
    ...(attributes && { attributes }),
    ...(traceHeader !== undefined && { traceHeader }),
    ...(groupId !== undefined && { groupId }),
  };
}

function attributesOf(attributes: WireAttributes | undefined): Record<string, MessageAttribute> | undefined {
  const entries = Object.entries(attributes ?? {});
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: MessageAttributeValue): MessageAttribute {
  const { DataType: dataType = '', StringValue: text, BinaryValue: binary } = value;
  if ((value.StringListValues?.length ?? 0) > 0 || (value.BinaryListValues?.length ?? 0) > 0) {
    throw invalidQueueParameter('Message attribute list values are not supported.');
  }
  return {
    dataType,
    ...(text !== undefined && { text }),
    ...(binary !== undefined && { base64: Buffer.from(binary).toString('base64') }),
  };
}

/** MD5 of what a sender gave as system attributes: the SDKs compare it. */
export function md5OfSystemAttributes({ traceHeader }: MessageDraft): string | undefined {
  return md5OfAttributes(
    traceHeader === undefined ? {} : { AWSTraceHeader: { dataType: 'String', text: traceHeader } },
  );
}

/** What a receiver asked for besides the bodies. */
export interface Wanted {
  /** `All`, or names such as `SentTimestamp`. */
  readonly system: ReadonlySet<string>;
  /** `All`, `.*`, names, or beginnings such as `app.*`. */
  readonly attributes: readonly string[];
}

export function wireMessage(message: ReceivedMessage, wanted: Wanted): Message {
  const { messageId, receiptHandle, body } = message;
  const system = systemAttributes(message, wanted.system);
  const attributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) => isWanted(name, wanted.attributes)),
  );
  const hasAttributes = Object.keys(attributes).length > 0;
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    MD5OfBody: md5OfBody(body),
    Body: body,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(hasAttributes && {
      MD5OfMessageAttributes: md5OfAttributes(attributes),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, wireAttribute(value)]),
      ),
    }),
  };
}

function systemAttributes(message: ReceivedMessage, wanted: ReadonlySet<string>): Record<string, string> {
  const all: Record<string, string | undefined> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
    MessageGroupId: message.groupId,
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
  };
  const entries = Object.entries(all).filter(
    ([name, value]) => value !== undefined && (wanted.has('All') || wanted.has(name)),
  );
  return Object.fromEntries(entries) as Record<string, string>;
}

function isWanted(name: string, wanted: readonly string[]): boolean {
  return wanted.some(
    (one) => one === 'All' || one === '.*' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -1))),
  );
}

function wireAttribute({ dataType, text, base64 }: MessageAttribute): MessageAttributeValue {
  return {
    DataType: dataType,
    ...(text !== undefined && { StringValue: text }),
    ...(base64 !== undefined && { BinaryValue: Buffer.from(base64, 'base64') }),
  };
}
