/** What a frame says, told by its headers alone: enough to pass streams through and to record them. */
import type { EventFrame } from './frame.ts';
import { malformedFrame } from './headers.ts';

/** A frame and what it says: the form that upstreams and the record use. */
export interface DescribedFrame {
  /** The frame's bytes exactly as they came. */
  readonly raw: Buffer;
  readonly messageType: 'event' | 'exception' | 'error';
  /** `:event-type`, `:exception-type` or `:error-code`. */
  readonly type: string;
  readonly payload: Buffer;
}

const TYPE_HEADER = { event: ':event-type', exception: ':exception-type', error: ':error-code' } as const;

/**
 * Reads `:message-type` and the header that belongs to it.
 * @throws ApiError (`SerializationException`) when one is missing or not text, or the message type is unknown.
 */
export function describeFrame(frame: EventFrame): DescribedFrame {
  const messageType = textOf(frame, ':message-type');
  if (messageType !== 'event' && messageType !== 'exception' && messageType !== 'error') {
    throw malformedFrame('an unknown :message-type');
  }
  return { raw: frame.raw, messageType, type: textOf(frame, TYPE_HEADER[messageType]), payload: frame.payload };
}

function textOf(frame: EventFrame, name: string): string {
  const header = frame.headers.get(name);
  if (header?.type !== 'string') throw malformedFrame(`a frame has no ${name}`);
  return header.value;
}
