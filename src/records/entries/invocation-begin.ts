import type { InvocationBegin } from '../types.ts';
import { frame, unframe } from './frame.ts';

/**
 * Payload of an `invocationBegin` entry, format 1: a frame (see frame.ts) whose header is the
 * {@link InvocationBegin}, and nothing behind it.
 */
const VERSION = 1;

export function encodeInvocationBegin(begin: InvocationBegin): Uint8Array[] {
  return [frame(VERSION, begin)];
}

export function decodeInvocationBegin(payload: Buffer): InvocationBegin {
  return unframe('invocation begin', VERSION, payload).header as InvocationBegin;
}
