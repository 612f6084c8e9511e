/** Event streams: frames, what they say, events by schema, signed envelopes. */
export { decodeFrame, encodeFrame, type EventFrame, FRAME_BYTES_MAX, PAYLOAD_BYTES_MAX } from './frame.ts';
export { encodeHeaders, type FrameHeaders, HEADER_BYTES_MAX, type HeaderValue, textHeader } from './headers.ts';
export { createFrameSplitter, type FrameSplitter, readFrames } from './splitter.ts';
export { describeFrame, type DescribedFrame } from './message.ts';
export { decodeEvent, encodeEvent, encodeInitialResponse, encodeStreamError, eventStreamMember } from './events.ts';
export { decodeEventStream, encodeEventStream } from './streams.ts';
export { type EnvelopeVerifier, readEnvelope, type SignedEnvelope, unwrapSigned } from './signed.ts';
