/**
 * Receipt handles: opaque to callers. Text: base64url of `GENERATION.SEQ.RECEIPT`; the receipt is random and stands in the
 * message's row, so that a handle cannot be guessed and only the newest one counts.
 */
import { invalidReceiptHandle } from './errors.ts';

const PATTERN = /^([0-9a-f]{16,32})\.(\d{1,15})\.([0-9a-f]{32})$/;
const CHARS_MAX = 1_024;

export interface Receipt {
  /** Of the queue that the message was received from. */
  readonly generation: string;
  readonly seq: number;
  readonly receipt: string;
}

export function writeHandle({ generation, seq, receipt }: Receipt): string {
  return Buffer.from(`${generation}.${seq}.${receipt}`).toString('base64url');
}

/** @throws {ApiError} ReceiptHandleIsInvalid unless it is a handle of the queue */
export function readHandle(queueGeneration: string, handle: string): Receipt {
  const text = handle.length <= CHARS_MAX ? Buffer.from(handle, 'base64url').toString('latin1') : '';
  const [, generation, seq, receipt] = PATTERN.exec(text) ?? [];
  if (generation !== queueGeneration || seq === undefined || receipt === undefined) throw invalidReceiptHandle(handle);
  return { generation, seq: Number(seq), receipt };
}
