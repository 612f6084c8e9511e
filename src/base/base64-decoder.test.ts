import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { test } from 'node:test';
import { Base64Decoder } from './base64-decoder.ts';

test('bytes of any length come back, however their base64 is cut, with its slashes escaped or not', () => {
  for (let length = 0; length < 70; length += 1) {
    const bytes = length % 2 === 0 ? randomBytes(length) : Buffer.alloc(length, 0xff);
    for (const text of [bytes.toString('base64'), bytes.toString('base64').replaceAll('/', '\\/')]) {
      const decoder = new Base64Decoder();
      const decoded: Buffer[] = [];
      for (let at = 0; at < text.length;) {
        const end = at + randomInt(1, 9);
        decoded.push(Buffer.from(decoder.decode(Buffer.from(text.slice(at, end)))));
        at = end;
      }
      assert.deepEqual(Buffer.concat(decoded), bytes);
    }
  }
});

test('it decodes in place', () => {
  const chunk = Buffer.from('QUJD');
  const decoded = new Base64Decoder().decode(chunk);
  assert.equal(decoded.toString(), 'ABC');
  assert.equal(decoded.buffer, chunk.buffer);
  assert.equal(decoded.byteOffset, chunk.byteOffset);
});
