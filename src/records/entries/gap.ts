import type { GapMarker } from '../types.ts';
import { frame, unframe } from './frame.ts';

/** Payload of a `gap` entry, format 1: a frame (see frame.ts) whose header is the {@link GapMarker}. */
const VERSION = 1;

export function encodeGap(gap: GapMarker): Uint8Array[] {
  return [frame(VERSION, gap)];
}

export function decodeGap(payload: Buffer): GapMarker {
  return unframe('gap', VERSION, payload).header as GapMarker;
}
