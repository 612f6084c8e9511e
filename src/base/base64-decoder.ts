const PASSED_OVER = 64;
const VALUES = new Uint8Array(256).fill(PASSED_OVER);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((char, value) => {
  VALUES[char.charCodeAt(0)] = value;
});

/**
 * Decodes base64 as it stands in a JSON text, chunk by chunk and in place: of tens of megabytes neither strings nor further buffers
 * are made. What is no base64 (the padding, the backslash of `\/`) is passed over: whoever asks has looked.
 */
export class Base64Decoder {
  #bits = 0;
  #bitCount = 0;

  /** @returns the beginning of `chunk`, which holds what was decoded: never more than it had */
  decode(chunk: Buffer): Buffer {
    let bits = this.#bits;
    let bitCount = this.#bitCount;
    let length = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const value = VALUES[chunk[at] ?? 0] ?? PASSED_OVER;
      if (value === PASSED_OVER) continue;
      bits = ((bits << 6) | value) & 0x3fff;
      bitCount += 6;
      if (bitCount < 8) continue;
      bitCount -= 8;
      chunk[length++] = bits >> bitCount;
    }
    this.#bits = bits;
    this.#bitCount = bitCount;
    return chunk.subarray(0, length);
  }
}
