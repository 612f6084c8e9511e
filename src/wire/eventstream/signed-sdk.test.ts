import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SourceData } from '@smithy/types';
import { createEnvelopeVerifier } from '../sigv4/chunk-signatures.ts';
import { deriveSigningKey, scopeText } from '../sigv4/signing-keys.ts';
import { decodeFrame, encodeFrame, encodeHeaders, type EventFrame, unwrapSigned } from './index.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const SCOPE = { date: '20260102', region: 'us-east-1', service: 'bedrock' };
const SEED = 'a'.repeat(64);
const CHAIN = {
  signature: SEED,
  timestamp: '20260102T235958Z',
  ...keyOf(SCOPE.date),
  on: keyOf,
};

function keyOf(date: string) {
  const scope = { ...SCOPE, date };
  return { signingKey: deriveSigningKey(CREDENTIALS.secretAccessKey, scope), scope: scopeText(scope) };
}

/** Node's SHA-256 in the form the SDK's signer wants. */
class Sha256 {
  readonly #hash;
  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(secret as Uint8Array));
  }
  update(data: SourceData): void {
    this.#hash.update(typeof data === 'string' ? data : Buffer.from(data as Uint8Array));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {
    throw new Error('not needed');
  }
}

const SIGNER = new SignatureV4({
  credentials: CREDENTIALS,
  region: SCOPE.region,
  service: SCOPE.service,
  sha256: Sha256,
});

/** Envelopes as the SDK signs them, around the given payloads. */
async function signedStream(payloads: readonly Buffer[]): Promise<EventFrame[]> {
  const frames: EventFrame[] = [];
  let previous = SEED;
  for (const [at, payload] of payloads.entries()) {
    const signingDate = new Date(Date.UTC(2026, 0, 2, 23, 59, 59 + at));
    const date = [':date', { type: 'timestamp', value: signingDate }] as const;
    previous = await SIGNER.sign(
      { headers: encodeHeaders([date]), payload },
      { signingDate, priorSignature: previous },
    );
    const signature = [':chunk-signature', { type: 'blob', value: Buffer.from(previous, 'hex') }] as const;
    frames.push(decodeFrame(encodeFrame([date, signature], payload)));
  }
  return frames;
}

async function* streamOf(frames: readonly EventFrame[]): AsyncGenerator<EventFrame> {
  yield* frames;
}

function unwrap(frames: readonly EventFrame[]): Promise<EventFrame[]> {
  return Array.fromAsync(
    unwrapSigned(
      streamOf(frames),
      createEnvelopeVerifier(CHAIN, (failure) => failure),
    ),
  );
}

const FIRST = encodeFrame([], 'first');
const SECOND = encodeFrame([], 'second');
const END = Buffer.alloc(0);

test("a stream signed by the SDK's signer is accepted, past midnight too", async () => {
  const inner = await unwrap(await signedStream([FIRST, SECOND, END]));
  assert.deepEqual(
    inner.map((frame) => frame.payload.toString()),
    ['first', 'second'],
  );
});

test('a frame that is dropped, swapped or changed breaks the chain', async () => {
  const frames = await signedStream([FIRST, SECOND, END]);
  const [first, second, end] = frames;
  assert.ok(first && second && end);
  const changed = decodeFrame(encodeFrame(first.headers, SECOND));
  for (const tampered of [
    [second, end],
    [second, first, end],
    [first, end],
    [changed, second, end],
  ]) {
    await assert.rejects(unwrap(tampered), { reason: 'bad-signature' });
  }
});
