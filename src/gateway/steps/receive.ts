import type { Readable } from 'node:stream';
import { bug } from '#base';
import { SpooledBody } from '#journal';
import {
  ApiError,
  authenticationError,
  AuthenticationFailure,
  createChunkedDecoder,
  hasStreamingInput,
  type VerifiedRequest,
} from '#wire';
import type { Step } from '../deps.ts';
import type { Exchange } from '../exchange.ts';
import { gatherBody, hashCheck, type Received } from '../receive.ts';

/** Receives the body: whole, or as a stream for the operations that take one. */
export const receiveBody: Step = async (exchange, gateway) => {
  const { route } = exchange;
  if (!route) return bug('receiving a body without a route');
  exchange.continue();
  if (hasStreamingInput(route.operation)) {
    exchange.bodyStream = streamOf(exchange);
    return;
  }
  if (exchange.body === undefined) {
    const limitBytes = gateway.bodyBytesMax(route.serviceName, route.operation.name);
    keep(
      exchange,
      await gatherBody(exchange.incoming, gateway.spool, limitBytes, () => tooLarge(exchange, limitBytes)),
    );
  }
};

/** Notes a received body; a spilled one is removed when the exchange is over, unless a record has named it. */
export function keep(exchange: Exchange, { body, sha256Hex }: Received): void {
  exchange.body = body;
  exchange.bodySha256Hex = sha256Hex;
  if (body instanceof SpooledBody) exchange.cleanups.push(() => body.writer.discard());
}

/** The payload of PutObject and its kin: aws-chunked undone, hash and signatures checked while it flows. */
function streamOf(exchange: Exchange): Readable {
  const { incoming, verified, head } = exchange;
  if (verified?.payload.kind === 'chunked') {
    return piped(incoming, createChunkedDecoder(verified, head, wordFailure(exchange)));
  }
  if (verified?.payload.kind === 'whole' && verified.payload.sha256Hex !== undefined) {
    return piped(
      incoming,
      hashCheck(verified.payload.sha256Hex, () => wordFailure(exchange)(new AuthenticationFailure('content-mismatch'))),
    );
  }
  return incoming;
}

function piped<T extends NodeJS.ReadWriteStream & Readable>(incoming: Readable, through: T): Readable {
  // A body may fail before its handler reads it, or after it was refused unread; who reads it gets the error then.
  through.on('error', () => undefined);
  incoming.once('error', (error) => through.destroy(error));
  incoming.once('close', () => {
    if (!incoming.readableEnded)
      through.destroy(
        new ApiError('RequestTimeout', 'The connection was closed before the whole body was received.', {
          status: 400,
        }),
      );
  });
  return incoming.pipe(through);
}

function wordFailure({ route }: Exchange): (failure: AuthenticationFailure) => ApiError {
  return (failure) => authenticationError(failure, route?.protocol ?? 'restXml');
}

/** Worded as the constraint on Bedrock's body; other services of AWS have no documented text. */
function tooLarge(exchange: Exchange, limitBytes: number): ApiError {
  const { route, incoming, verified, authorization } = exchange;
  incoming.resume();
  // Its head's signature, or its token, held: whose request it was is known, and the audit trail has it.
  exchange.isAuthenticated = verified !== undefined || authorization?.kind === 'bearer';
  if (route?.protocol === 'restXml') {
    return new ApiError('MaxMessageLengthExceeded', 'Your request was too big.', { status: 400 });
  }
  const code = route?.protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException';
  return new ApiError(
    code,
    `1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to ${limitBytes}`,
    { status: 400 },
  );
}

export type { VerifiedRequest };
