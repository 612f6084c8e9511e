import { needsFormBody, routeRequest } from '#wire';
import { ApiError } from '#wire';
import type { Step } from '../deps.ts';
import { gatherBody } from '../receive.ts';
import { keep } from './receive.ts';

/** A form names its operation in the body, so it must be read before the operation is known; AWS takes no larger ones. */
const FORM_BYTES_MAX = 1024 * 1024;

/** Finds the operation. One that Varve lacks goes on without a handler, to be refused once its caller is known. */
export const findOperation: Step = async (exchange, { services, spool, hostNames }) => {
  const { head, incoming } = exchange;
  let formBody: Buffer | undefined;
  if (needsFormBody(head)) {
    exchange.continue();
    const received = await gatherBody(
      incoming,
      spool,
      FORM_BYTES_MAX,
      () => new ApiError('RequestEntityTooLarge', 'The request is too large.', { status: 413 }),
    );
    keep(exchange, received);
    formBody = await received.body.bytes();
  }
  exchange.route = routeRequest(head, { ...(formBody ? { formBody } : {}), hostNames });
  const { serviceName, operation } = exchange.route;
  const implementation = services.get(serviceName)?.operations[operation.name];
  if (implementation?.kind === 'implemented') exchange.operation = implementation;
};
