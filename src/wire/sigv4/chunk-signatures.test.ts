import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { encodeHeaders } from '../eventstream/index.ts';
import { createEnvelopeVerifier } from './chunk-signatures.ts';
import { AuthenticationFailure } from './failure.ts';
import { parseAuthorization } from './parse.ts';
import { signRequest } from './sign.ts';
import { SigningKeys } from './signing-keys.ts';
import { type SignatureChain, verifySignature } from './verify.ts';

const CREDENTIALS = { accessKeyId: 'AKID', secretAccessKey: 'a secret' };
const SCOPE = { service: 'bedrock', region: 'us-east-1' };
const BEGIN_MS = Date.parse('2026-11-21T23:59:58Z');

class NodeHash {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

/** The chain that begins with the signature of a request whose body is a signed event stream. */
function chainOfRequest(): SignatureChain {
  const request = { method: 'POST', target: '/model/m/invoke-with-bidirectional-stream' };
  const headers = signRequest({
    ...request,
    ...SCOPE,
    headers: { ':authority': 'localhost' },
    credentials: CREDENTIALS,
    bodySha256Hex: 'STREAMING-AWS4-HMAC-SHA256-EVENTS',
    nowMs: BEGIN_MS,
  });
  const head = { ...request, headers };
  const parsed = parseAuthorization(head);
  assert.ok(parsed.kind === 'header');
  const verified = verifySignature(parsed, head, {
    secret: CREDENTIALS.secretAccessKey,
    bodySha256Hex: undefined,
    nowMs: BEGIN_MS,
    rule: 'standard',
    signingNames: ['bedrock'],
    keys: new SigningKeys(),
  });
  assert.equal(verified.payload.kind, 'events');
  return verified.chain;
}

interface Envelope {
  date: Date;
  headerBytes: Buffer;
  payload: Buffer;
  signature: Buffer;
}

/** Envelopes as the SDK signs them, a second apart: the last ones after midnight. */
async function signedEnvelopes(seed: string, texts: readonly string[]): Promise<Envelope[]> {
  const signer = new SignatureV4({ ...SCOPE, credentials: CREDENTIALS, sha256: NodeHash });
  const envelopes: Envelope[] = [];
  let priorSignature = seed;
  for (const [index, text] of texts.entries()) {
    const date = new Date(BEGIN_MS + index * 1000);
    const headerBytes = encodeHeaders([[':date', { type: 'timestamp', value: date }]]);
    const payload = Buffer.from(text);
    priorSignature = await signer.sign({ headers: headerBytes, payload }, { signingDate: date, priorSignature });
    envelopes.push({ date, headerBytes, payload, signature: Buffer.from(priorSignature, 'hex') });
  }
  return envelopes;
}

const fails = (error: unknown): boolean => error instanceof AuthenticationFailure && error.reason === 'bad-signature';

test("an event stream signed by the SDK's signer is accepted, past midnight too", async () => {
  const chain = chainOfRequest();
  const verify = createEnvelopeVerifier(chain, (failure) => failure);
  const envelopes = await signedEnvelopes(chain.signature, ['one', 'two', 'three', 'four', '']);
  for (const envelope of envelopes) verify(envelope);
  assert.equal(envelopes.at(-1)?.date.getUTCDate(), 22);
});

test('an envelope that is altered, left out, repeated or out of order is refused', async () => {
  const chain = chainOfRequest();
  const [one, two, three] = (await signedEnvelopes(chain.signature, ['one', 'two', 'three'])) as [
    Envelope,
    Envelope,
    Envelope,
  ];
  const runs: Envelope[][] = [
    [{ ...one, payload: Buffer.from('eno') }],
    [{ ...one, date: new Date(BEGIN_MS + 1000) }],
    [{ ...one, headerBytes: Buffer.alloc(0) }],
    [{ ...one, signature: Buffer.alloc(32) }],
    [{ ...one, signature: Buffer.alloc(0) }],
    [two],
    [one, three],
    [one, one],
    [one, two, two],
  ];
  for (const run of runs) {
    const verify = createEnvelopeVerifier(chain, (failure) => failure);
    const last = run.pop() as Envelope;
    for (const envelope of run) verify(envelope);
    assert.throws(() => verify(last), fails);
  }
});
