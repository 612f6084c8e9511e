import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { SigningKey } from './signing-keys.ts';

test('a signing key gives the HMAC that node gives, of short, long and non-ASCII texts', () => {
  const keys = [randomBytes(32), randomBytes(32)].map((bytes) => ({ bytes, key: new SigningKey(bytes) }));
  for (const text of ['', 'a', 'é🙂'.repeat(40), 'x'.repeat(1_365), 'x'.repeat(1_366), 'ü'.repeat(100_000)]) {
    for (const { bytes, key } of keys) {
      assert.equal(key.sign(text), createHmac('sha256', bytes).update(text).digest('hex'));
    }
  }
});
