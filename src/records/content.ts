/** The body of a request: in memory, or a spilled body that an entry will hold as attachment. */
export type RequestContent =
  | { readonly contentType: string; readonly bytes: Buffer }
  | { readonly contentType: string; readonly attachment: string; readonly sizeBytes: number };

/** What went back to the caller. Buffers must not be changed once they are here (see json/parse.ts). */
export type ResponseContent =
  /** Nothing: the call was refused or failed before its first byte. The record then has neither `input` nor `output`. */
  | { readonly kind: 'none' }
  | { readonly kind: 'whole'; readonly contentType: string; readonly bytes: Buffer }
  | {
      readonly kind: 'whole';
      readonly contentType: string;
      readonly attachment: string;
      readonly sizeBytes: number;
    }
  /** The chunks of InvokeModelWithResponseStream that were delivered: see {@link chunkText}. */
  | { readonly kind: 'invoke-stream'; readonly contentType: string; readonly chunks: readonly Buffer[] }
  /** The events of ConverseStream that were delivered: `:event-type` and payload. */
  | { readonly kind: 'converse-stream'; readonly events: readonly ConverseEvent[] };

export interface ConverseEvent {
  readonly type: string;
  readonly payload: Buffer;
}

const BYTES_KEY = Buffer.from('{"bytes":"');
const QUOTE = 0x22;

/**
 * The model's own text inside of the payload of a `chunk` event, `{"bytes":"<base64>","p":"<padding>"}`, without the
 * padding. Undefined when the payload is no such object.
 */
export function chunkText(payload: Buffer): Buffer | undefined {
  // AWS writes `bytes` first and without blanks; base64 needs no escapes but `\/`, which some encoders write.
  if (payload.subarray(0, BYTES_KEY.length).equals(BYTES_KEY)) {
    const end = payload.indexOf(QUOTE, BYTES_KEY.length);
    const base64 = payload.toString('latin1', BYTES_KEY.length, end);
    if (end !== -1 && !base64.includes('\\')) return Buffer.from(base64, 'base64');
  }
  try {
    const { bytes } = JSON.parse(payload.toString()) as { bytes?: unknown };
    return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : undefined;
  } catch {
    return undefined;
  }
}
