/** QueueUrls: `ENDPOINT/ACCOUNT/NAME`, the endpoint being wherever the caller reached this server. */
import { type Queue, queueArn, queueDoesNotExist, type Queues } from '#queues';
import { ApiError } from '#wire';
import { reachedEndpoint } from '../reached-endpoint.ts';
import type { CallContext } from '../service.ts';

const PATH = /^\/?(\d{12})\/([A-Za-z0-9_.-]{1,80})\/?$/;

export interface QueueAddress {
  readonly accountId: string;
  readonly name: string;
}

export function queueUrl(context: Pick<CallContext, 'headers'>, { accountId, name }: QueueAddress): string {
  return `${reachedEndpoint(context)}/${accountId}/${name}`;
}

/**
 * Account and name in a queue's URL; its host says nothing. Undefined when it is none.
 * (botocore and the SDKs hand on what CreateQueue or GetQueueUrl gave them.)
 */
export function parseQueueUrl(url: string): QueueAddress | undefined {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  const [, accountId, name] = PATH.exec(path) ?? [];
  return accountId === undefined || name === undefined ? undefined : { accountId, name };
}

/** For rules: the ARN of the queue that a URL names; `*` for what is no queue's, which the operation refuses. */
export function arnOfUrl(region: string, url: string | undefined): string {
  const address = parseQueueUrl(url ?? '');
  return address ? queueArn({ accountId: address.accountId, region }, address.name) : '*';
}

/** @throws {ApiError} InvalidAddress, QueueDoesNotExist */
export function findQueue(queues: Queues, { region }: Pick<CallContext, 'region'>, url: string | undefined): Queue {
  const { accountId, name } = parseQueueUrl(url ?? '') ?? invalidAddress(url);
  const queue = queues.find({ accountId, region }, name);
  if (!queue) throw queueDoesNotExist();
  return queue;
}

/**
 * As {@link findQueue}, for operations that no policy opens to other accounts.
 * (SQS Developer Guide, "Limitations of SQS custom policies".)
 * @throws {ApiError} AccessDeniedException
 */
export function findOwnQueue(
  queues: Queues,
  context: Pick<CallContext, 'region' | 'accountId'>,
  url: string | undefined,
): Queue {
  const queue = findQueue(queues, context, url);
  if (queue.accountId === context.accountId) return queue;
  throw new ApiError('AccessDeniedException', `Access to the resource ${url ?? ''} is denied.`, { status: 403 });
}

function invalidAddress(url: string | undefined): never {
  throw new ApiError('InvalidAddress', `The address ${(url ?? '').slice(0, 200)} is not valid for this endpoint.`);
}
