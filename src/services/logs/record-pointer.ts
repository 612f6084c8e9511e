/**
 * `@ptr`: names one event for GetLogRecord. Opaque to callers; base64url of what the store knows the event by:
 * `node/sequence/position/milliseconds/generation`. Whether the caller may have the event is judged when it is used.
 */
import type { LogEventName } from '#store';

export function encodePointer(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Undefined for what is no pointer of ours. */
export function decodePointer(pointer: string): LogEventName | undefined {
  const text = Buffer.from(pointer, 'base64').toString();
  const [, node, sequence, position, timestampMs, generation] =
    /^([^/]{1,64})\/(\d{1,16})\/(\d{1,10})\/(-?\d{1,16})\/([^/]{1,64})$/.exec(text) ?? [];
  if (node === undefined || generation === undefined) return undefined;
  const key = { node, sequence: Number(sequence), index: Number(position) };
  return { key, timestampMs: Number(timestampMs), groupGeneration: generation };
}
