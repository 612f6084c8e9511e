/** Names and ARNs of queues. (SQS Developer Guide, "Queue and message identifiers".) */
import { invalidParameter, unsupported } from './errors.ts';
import type { QueueScope } from './types.ts';

const NAME = /^[A-Za-z0-9_-]{1,80}$/;
const ARN = /^arn:aws:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,80}(?:\.fifo)?)$/;

/** @throws {ApiError} InvalidParameterValue; UnsupportedOperation for FIFO queues */
export function checkName(name: string): void {
  if (name.endsWith('.fifo')) throw noFifo();
  if (NAME.test(name)) return;
  throw invalidParameter('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
}

export function noFifo(): Error {
  return unsupported('Varve has standard queues only; FIFO queues are left to AWS.');
}

export function queueArn({ accountId, region }: QueueScope, name: string): string {
  return `arn:aws:sqs:${region}:${accountId}:${name}`;
}

/** Undefined when it is no queue's ARN. */
export function parseQueueArn(arn: string): (QueueScope & { readonly name: string }) | undefined {
  const [, region, accountId, name] = ARN.exec(arn) ?? [];
  return region === undefined || accountId === undefined || name === undefined
    ? undefined
    : { region, accountId, name };
}
