/** What SNS takes for a message. (SNS API reference, Publish and MessageAttributeValue.) */
import { invalidParameter } from './errors.ts';
import type { MessageAttribute, MessageDraft, SubscriptionProtocol } from './types.ts';

const SUBJECT_CHARS_MAX = 100;
const ATTRIBUTE_NAME_CHARS_MAX = 256;
const ATTRIBUTE_NAME = /^(?!\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_.-]+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const TYPE = /^(?:String(?:\.Array)?|Number|Binary)(?:\.[A-Za-z0-9_.-]+)?$/;

/** @throws {ApiError} InvalidParameter */
export function checkMessage(draft: MessageDraft, bytesMax: number): void {
  const { message, subject, perProtocol, attributes = {} } = draft;
  if (message === '') throw invalidParameter('Empty message');
  if (messageBytes(draft) > bytesMax) throw invalidParameter('Message too long');
  // "must begin with a letter, number, or punctuation mark; must not include line breaks or control characters"
  if (subject !== undefined && (subject.length > SUBJECT_CHARS_MAX || !/^[!-~][ -~]*$/.test(subject))) {
    throw invalidParameter('Subject');
  }
  if (perProtocol && perProtocol['default'] === undefined) {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  for (const [name, attribute] of Object.entries(attributes)) checkAttribute(name, attribute);
}

function checkAttribute(name: string, { type, value }: MessageAttribute): void {
  if (name.length > ATTRIBUTE_NAME_CHARS_MAX || !ATTRIBUTE_NAME.test(name) || /^(?:aws|amazon)\./i.test(name)) {
    throw invalidParameter(`MessageAttributes Reason: the name '${name.slice(0, 100)}' is not valid`);
  }
  if (!TYPE.test(type)) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  if (value === '') {
    throw invalidParameter(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  if (type.startsWith('Number') && !NUMBER.test(value)) {
    throw invalidParameter(`Could not cast message attribute '${name}' value to number.`);
  }
  if (type === 'String.Array' && !isSimpleArray(value)) {
    throw invalidParameter(
      `The message attribute '${name}' must hold a JSON array of strings, numbers, booleans or null.`,
    );
  }
}

function isSimpleArray(value: string): boolean {
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.every((one) => typeof one !== 'object' || one === null);
  } catch {
    return false;
  }
}

/** Message and attributes (names, types, values) as they count towards the limit. */
export function messageBytes({ message, attributes = {} }: MessageDraft): number {
  let bytes = Buffer.byteLength(message);
  for (const [name, { type, value }] of Object.entries(attributes)) {
    bytes +=
      Buffer.byteLength(name) +
      Buffer.byteLength(type) +
      Buffer.byteLength(value, type.startsWith('Binary') ? 'base64' : 'utf8');
  }
  return bytes;
}

/** The texts of a message with MessageStructure `json`. @throws {ApiError} InvalidParameter */
export function readMessageStructure(message: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const texts = Object.entries(value as Record<string, unknown>).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(texts) as Record<string, string>;
}

/** What a subscriber of this protocol gets of the message. */
export function textFor({ message, perProtocol }: MessageDraft, protocol: SubscriptionProtocol): string {
  return perProtocol ? (perProtocol[protocol] ?? perProtocol['default'] ?? message) : message;
}
