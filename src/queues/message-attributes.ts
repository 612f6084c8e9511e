/**
 * Attributes of messages: what SQS takes, how they count and how they are hashed.
 * (SQS Developer Guide, "Amazon SQS message metadata" and "Calculating the MD5 message digest for message attributes".)
 */
import { createHash } from 'node:crypto';
import { invalidParameter } from './errors.ts';
import type { MessageAttribute } from './types.ts';

type Attributes = Readonly<Record<string, MessageAttribute>>;

const ATTRIBUTES_MAX = 10;
const NAME_CHARS_MAX = 256;
const TYPE_CHARS_MAX = 256;
const NAME = /^(?!\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_.-]+$/;
const RESERVED = /^(?:aws|amazon)\./i;
const TYPE = /^(String|Number|Binary)(?:\..+)?$/;
/** A decimal number of at most 38 digits, from 10^-128 to 10^126. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const TEXT_VALUE = 1;
const BINARY_VALUE = 2;

/** @throws {ApiError} InvalidParameterValue */
export function checkAttributes(attributes: Attributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > ATTRIBUTES_MAX) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${ATTRIBUTES_MAX}].`,
    );
  }
  for (const [name, attribute] of entries) {
    checkName(name);
    checkValue(name, attribute);
  }
}

function checkName(name: string): void {
  const shown = name.slice(0, 100);
  if (name === '' || name.length > NAME_CHARS_MAX) {
    throw invalidParameter(`Length of message attribute name must be 1 to ${NAME_CHARS_MAX} characters.`);
  }
  if (RESERVED.test(name)) {
    throw invalidParameter(`Message attribute name '${shown}' cannot start with reserved prefix 'AWS.' or 'Amazon.'.`);
  }
  if (NAME.test(name)) return;
  throw invalidParameter(
    `Message (user) attribute name '${shown}' is invalid: it can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.), and must not start or end with a period or have two in a row.`,
  );
}

function checkValue(name: string, { dataType, text, base64 }: MessageAttribute): void {
  const [, kind] = TYPE.exec(dataType) ?? [];
  if (kind === undefined || dataType.length > TYPE_CHARS_MAX) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const value = kind === 'Binary' ? base64 : text;
  if (value === undefined || value === '') {
    throw invalidParameter(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${kind}'.`,
    );
  }
  if (kind === 'Number' && !NUMBER.test(value)) {
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
}

/** What they count towards a message's size, in bytes: names, types and values. */
export function attributesBytes(attributes: Attributes): number {
  let bytes = 0;
  for (const [name, { dataType, text, base64 }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(dataType);
    bytes += base64 === undefined ? Buffer.byteLength(text ?? '') : Buffer.byteLength(base64, 'base64');
  }
  return bytes;
}

/** Lower-case hex; undefined when there are none. */
export function md5OfAttributes(attributes: Attributes): string | undefined {
  const names = Object.keys(attributes).sort((a, b) => (a < b ? -1 : 1));
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const part = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { dataType, text, base64 } = attributes[name] ?? { dataType: '' };
    part(Buffer.from(name));
    part(Buffer.from(dataType));
    hash.update(Buffer.from([base64 === undefined ? TEXT_VALUE : BINARY_VALUE]));
    part(base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'));
  }
  return hash.digest('hex');
}

export function md5OfBody(body: string): string {
  return createHash('md5').update(body).digest('hex');
}
