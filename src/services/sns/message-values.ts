import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { invalidTopicParameter, type MessageAttribute, type MessageDraft, readMessageStructure } from '#topics';

/** The members that Publish and the entries of PublishBatch share. */
export interface WireMessage {
  readonly Message?: string | undefined;
  readonly Subject?: string | undefined;
  readonly MessageStructure?: string | undefined;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
  readonly MessageDeduplicationId?: string | undefined;
}

/** @throws {ApiError} InvalidParameter */
export function draftOf(wire: WireMessage): MessageDraft {
  const { Message: message = '', Subject: subject, MessageStructure: structure } = wire;
  if (wire.MessageDeduplicationId !== undefined) {
    throw invalidTopicParameter(
      'MessageDeduplicationId',
      'The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  }
  if (structure !== undefined && structure !== 'json') throw invalidTopicParameter('MessageStructure');
  const attributes = attributesOf(wire.MessageAttributes);
  return {
    message,
    ...(subject !== undefined && { subject }),
    ...(structure === 'json' && { perProtocol: readMessageStructure(message) }),
    ...(attributes && { attributes }),
  };
}

function attributesOf(attributes: WireMessage['MessageAttributes']): Record<string, MessageAttribute> | undefined {
  const entries = Object.entries(attributes ?? {});
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([name, { DataType: type = '', StringValue: text, BinaryValue: binary }]) => {
      const value = binary === undefined ? text : Buffer.from(binary).toString('base64');
      return [name, { type, value: value ?? '' }];
    }),
  );
}
