import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NoPublicKey, publicKeysOf } from './index.ts';
import { testKey } from './testing/archive.ts';

const ONE = testKey();
const TWO = testKey();
const der = (key = ONE): Buffer => key.publicKey.export({ type: 'pkcs1', format: 'der' });

test('a key is read from what list-public-keys prints, from PEM, DER and base64; its fingerprint is its own', () => {
  const entry = (key: typeof ONE) => ({ Value: der(key).toString('base64'), Fingerprint: 'what somebody wrote' });
  const files: Record<string, Buffer | string> = {
    'list-public-keys': JSON.stringify({ PublicKeyList: [entry(ONE)] }),
    'one of them': JSON.stringify(entry(ONE)),
    'PEM of PKCS#1': ONE.publicKey.export({ type: 'pkcs1', format: 'pem' }),
    'PEM of SPKI': ONE.publicKey.export({ type: 'spki', format: 'pem' }),
    'DER of PKCS#1': der(),
    'DER of SPKI': ONE.publicKey.export({ type: 'spki', format: 'der' }),
    base64: `${der().toString('base64')}\n`,
  };
  for (const [name, file] of Object.entries(files)) {
    assert.deepEqual([...publicKeysOf(Buffer.from(file)).keys()], [ONE.fingerprint], name);
  }
  const two = JSON.stringify({ PublicKeyList: [entry(ONE), entry(TWO)] });
  assert.deepEqual([...publicKeysOf(Buffer.from(two)).keys()], [ONE.fingerprint, TWO.fingerprint]);
  const pems = [ONE, TWO].map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' })).join('\n');
  assert.equal(publicKeysOf(Buffer.from(pems)).size, 2);
});

test('what holds no RSA key is refused in words', () => {
  for (const file of [
    '',
    'hello',
    '{"PublicKeyList":[]}',
    '{"a":',
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
  ]) {
    assert.throws(() => publicKeysOf(Buffer.from(file)), NoPublicKey, file);
  }
});
