/** What the receiving side must know of an operation before its body is there. */
import { requestPlan } from './http-bindings.ts';
import type { Member, Operation } from './schema.ts';

/** True when the input's payload is bytes that handlers take as they come (InvokeModel, PutObject). */
export function hasBlobPayload(operation: Operation): boolean {
  const payload = payloadOf(operation);
  return payload?.shape.kind === 'simple' && payload.shape.type === 'blob';
}

/** True when the input's payload is a stream: bytes of any length (PutObject, UploadPart), or events. */
export function hasStreamingInput(operation: Operation): boolean {
  const payload = payloadOf(operation);
  if (!payload) return false;
  return payload.traits.streaming === 1 || (payload.shape.kind === 'simple' && payload.shape.streaming);
}

function payloadOf({ input }: Operation): Member | undefined {
  return input.kind === 'unit' ? undefined : requestPlan(input).payload;
}
