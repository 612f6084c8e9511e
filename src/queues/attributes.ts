/**
 * Attributes of queues: texts on the wire, numbers and documents within.
 * (SQS API reference, CreateQueue and SetQueueAttributes: names, ranges and defaults.)
 */
import { MalformedPolicy, parsePolicy } from '#identity';
import { invalidAttribute, unknownAttribute, unsupported } from './errors.ts';
import { noFifo, parseQueueArn } from './names.ts';
import type { MessageCounts, Queue, QueueSettings, RedriveAllowPolicy, RedrivePolicy } from './types.ts';

export type AttributeTexts = Readonly<Record<string, string>>;

/** What new queues have. */
export const DEFAULT_SETTINGS: QueueSettings = {
  delaySeconds: 0,
  messageBytesMax: 1_048_576,
  retentionSeconds: 345_600,
  receiveWaitSeconds: 0,
  visibilitySeconds: 30,
  managedEncryption: true,
};

const SOURCE_QUEUES_MAX = 10;
const RECEIVES_MAX = 1_000;

type NumberSetting =
  | 'delaySeconds'
  | 'messageBytesMax'
  | 'retentionSeconds'
  | 'receiveWaitSeconds'
  | 'visibilitySeconds';

const NUMBERS: Readonly<Record<string, readonly [setting: NumberSetting, min: number, max: number]>> = {
  DelaySeconds: ['delaySeconds', 0, 900],
  MaximumMessageSize: ['messageBytesMax', 1_024, 1_048_576],
  MessageRetentionPeriod: ['retentionSeconds', 60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: ['receiveWaitSeconds', 0, 20],
  VisibilityTimeout: ['visibilitySeconds', 0, 43_200],
};

/** What GetQueueAttributes tells and nobody sets. */
const READ_ONLY = [
  'QueueArn',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** Of FIFO queues, and of KMS. */
const KNOWN_TO_AWS = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
  'FifoQueue',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
]);

/**
 * Settings with what the texts say; an empty text takes a document away.
 * @throws {ApiError} InvalidAttributeName, InvalidAttributeValue, UnsupportedOperation
 */
export function withAttributes(settings: QueueSettings, texts: AttributeTexts): QueueSettings {
  let changed = settings;
  for (const [name, text] of Object.entries(texts)) changed = withAttribute(changed, name, text);
  return changed;
}

function withAttribute(settings: QueueSettings, name: string, text: string): QueueSettings {
  const number = Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined;
  if (number) {
    const [setting, min, max] = number;
    return { ...settings, [setting]: readNumber(name, text, min, max) };
  }
  switch (name) {
    case 'Policy': {
      const { policy: _, ...rest } = settings;
      if (text === '') return rest;
      checkPolicy(text);
      return { ...rest, policy: text };
    }
    case 'RedrivePolicy': {
      const { redrivePolicy: _, ...rest } = settings;
      return text === '' ? rest : { ...rest, redrivePolicy: readRedrivePolicy(text) };
    }
    case 'RedriveAllowPolicy': {
      const { redriveAllowPolicy: _, ...rest } = settings;
      return text === '' ? rest : { ...rest, redriveAllowPolicy: readRedriveAllowPolicy(text) };
    }
    case 'SqsManagedSseEnabled':
      if (text !== 'true' && text !== 'false') throw invalidAttribute(name);
      return { ...settings, managedEncryption: text === 'true' };
    case 'KmsMasterKeyId':
      if (text === '') return settings;
      throw unsupported('Varve encrypts no queues with KMS keys; leave KmsMasterKeyId out.');
    case 'FifoQueue':
      if (text === 'true') throw noFifo();
      throw unknownAttribute(name);
    default:
      throw unknownAttribute(name);
  }
}

function readNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (value < min || value > max) throw invalidAttribute(name);
  return value;
}

function checkPolicy(text: string): void {
  try {
    parsePolicy(text, 'resource');
  } catch (error) {
    if (error instanceof MalformedPolicy) throw invalidAttribute('Policy', error.message);
    throw error;
  }
}

function readObject(name: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidAttribute(name, "Amazon SQS can't create the redrive policy as it isn't valid JSON.");
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidAttribute(name);
  return value as Record<string, unknown>;
}

function readRedrivePolicy(text: string): RedrivePolicy {
  const { deadLetterTargetArn, maxReceiveCount, ...others } = readObject('RedrivePolicy', text);
  const wrong = (reason: string): Error => invalidAttribute('RedrivePolicy', reason);
  if (Object.keys(others).length > 0)
    throw wrong('Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].');
  if (typeof deadLetterTargetArn !== 'string')
    throw wrong('Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  if (maxReceiveCount === undefined)
    throw wrong('Redrive policy does not contain mandatory attribute: maxReceiveCount.');
  if (!parseQueueArn(deadLetterTargetArn)) throw wrong('Invalid value for deadLetterTargetArn.');
  // Consoles and templates write the number as a text too.
  const count =
    typeof maxReceiveCount === 'string' && /^\d+$/.test(maxReceiveCount) ? Number(maxReceiveCount) : maxReceiveCount;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > RECEIVES_MAX) {
    throw wrong('Invalid value for maxReceiveCount: must be an integer from 1 to 1000.');
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}

function readRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const { redrivePermission, sourceQueueArns, ...others } = readObject('RedriveAllowPolicy', text);
  const wrong = (reason: string): Error => invalidAttribute('RedriveAllowPolicy', reason);
  if (Object.keys(others).length > 0)
    throw wrong('Only following attributes are supported: [redrivePermission, sourceQueueArns].');
  if (redrivePermission !== 'allowAll' && redrivePermission !== 'denyAll' && redrivePermission !== 'byQueue') {
    throw wrong('redrivePermission must be allowAll, denyAll or byQueue.');
  }
  if (redrivePermission !== 'byQueue') {
    if (sourceQueueArns !== undefined) throw wrong('sourceQueueArns go with byQueue only.');
    return { redrivePermission };
  }
  if (!Array.isArray(sourceQueueArns) || sourceQueueArns.length === 0 || sourceQueueArns.length > SOURCE_QUEUES_MAX) {
    throw wrong('byQueue needs 1 to 10 sourceQueueArns.');
  }
  const arns = sourceQueueArns.map((arn: unknown) => {
    if (typeof arn !== 'string' || !parseQueueArn(arn)) throw wrong('sourceQueueArns must be ARNs of queues.');
    return arn;
  });
  return { redrivePermission, sourceQueueArns: arns };
}

/** What a queue's attributes are called, for `All`. */
const ATTRIBUTE_NAMES = [
  ...Object.keys(NUMBERS),
  ...READ_ONLY,
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
];
const KNOWN = new Set([...ATTRIBUTE_NAMES, ...KNOWN_TO_AWS, 'All']);

/** Whether counts must be found out for these names. */
export function asksForCounts(names: readonly string[]): boolean {
  return names.some((name) => name === 'All' || name.startsWith('Approximate'));
}

/**
 * The attributes of these names, or of all; what is not set is left out.
 * @throws {ApiError} InvalidAttributeName
 */
export function attributeTexts(
  queue: Queue,
  names: readonly string[],
  counts: MessageCounts | undefined,
): AttributeTexts {
  const unknown = names.find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
  const wanted = names.includes('All') ? new Set(ATTRIBUTE_NAMES) : new Set(names);
  return Object.fromEntries(allTexts(queue, counts).filter(([name]) => wanted.has(name)));
}

function allTexts(queue: Queue, counts: MessageCounts | undefined): [string, string][] {
  const { settings } = queue;
  const numbers = Object.entries(NUMBERS).map(([name, [setting]]): [string, string] => [
    name,
    String(settings[setting]),
  ]);
  const texts: [string, string | undefined][] = [
    ['QueueArn', queue.arn],
    ['ApproximateNumberOfMessages', counts && String(counts.visible)],
    ['ApproximateNumberOfMessagesNotVisible', counts && String(counts.inFlight)],
    ['ApproximateNumberOfMessagesDelayed', counts && String(counts.delayed)],
    ['CreatedTimestamp', seconds(queue.createdMs)],
    ['LastModifiedTimestamp', seconds(queue.modifiedMs)],
    ['Policy', settings.policy],
    ['RedrivePolicy', settings.redrivePolicy && JSON.stringify(settings.redrivePolicy)],
    ['RedriveAllowPolicy', settings.redriveAllowPolicy && JSON.stringify(settings.redriveAllowPolicy)],
    ['SqsManagedSseEnabled', String(settings.managedEncryption)],
  ];
  return [...numbers, ...texts.filter((entry): entry is [string, string] => entry[1] !== undefined)];
}

function seconds(milliseconds: number): string {
  return String(Math.floor(milliseconds / 1000));
}

/** The first attribute that the texts would change. */
export function firstDifference(settings: QueueSettings, texts: AttributeTexts): string | undefined {
  return Object.entries(texts).find(([name, text]) => {
    const changed = withAttribute(settings, name, text);
    return JSON.stringify(sorted(changed)) !== JSON.stringify(sorted(settings));
  })?.[0];
}

function sorted(settings: QueueSettings): [string, unknown][] {
  return Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
}
