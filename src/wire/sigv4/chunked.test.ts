import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { Readable, type Transform } from 'node:stream';
import { test } from 'node:test';
import { checksumHeader, CHECKSUM_ALGORITHMS, createChecksum } from '#base';
import { ApiError } from '../errors.ts';
import type { RequestHead } from '../types.ts';
import { authenticationError } from './answer.ts';
import { createChunkedDecoder, trailersOf } from './chunked.ts';
import { parseAuthorization } from './parse.ts';
import { EMPTY_SHA256_HEX } from './payload.ts';
import { signRequest } from './sign.ts';
import { type VerifiedRequest, verifySignature } from './verify.ts';
import { seededInts } from '../../../test/support/seeded.ts';

const randomInt = seededInts();

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const NOW_MS = Date.parse('2013-05-24T00:00:00Z');

/** The example of the S3 API Reference, "Transferring payload in multiple chunks": 65 KiB of "a" in two chunks. */
const EXAMPLE_HEADERS = {
  host: 's3.amazonaws.com',
  'x-amz-date': '20130524T000000Z',
  'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  'content-encoding': 'aws-chunked',
  'x-amz-decoded-content-length': '66560',
};
const credential = (signedHeaders: string, signature: string): string =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`;
const PLAIN_EXAMPLE: RequestHead = {
  method: 'PUT',
  target: '/examplebucket/chunkObject.txt',
  headers: {
    ...EXAMPLE_HEADERS,
    'content-length': '66824',
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    authorization: credential(
      'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
      '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    ),
  },
};
const PLAIN_SIGNATURES = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
] as const;
/** The example of "Including trailing headers". */
const TRAILER_EXAMPLE: RequestHead = {
  ...PLAIN_EXAMPLE,
  headers: {
    ...EXAMPLE_HEADERS,
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    'x-amz-trailer': 'x-amz-checksum-crc32c',
    authorization: credential(
      'content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer',
      '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
    ),
  },
};
const TRAILER_SIGNATURES = [
  'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
  '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
  '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
] as const;
const TRAILER =
  'x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n';

function exampleBody(signatures: readonly [string, string, string], trailer = ''): string {
  const [first, second, last] = signatures;
  return (
    `10000;chunk-signature=${first}\r\n${'a'.repeat(65_536)}\r\n` +
    `400;chunk-signature=${second}\r\n${'a'.repeat(1024)}\r\n` +
    `0;chunk-signature=${last}\r\n${trailer}\r\n`
  );
}

function verified(head: RequestHead, secret = SECRET, nowMs = NOW_MS): VerifiedRequest {
  const parsed = parseAuthorization(head);
  assert.ok(parsed.kind === 'header');
  return verifySignature(parsed, head, { secret, bodySha256Hex: undefined, nowMs, rule: 's3', signingNames: ['s3'] });
}

interface Decoded {
  readonly bytes: Buffer;
  readonly error: unknown;
  readonly trailers: ReadonlyMap<string, string>;
}

/** What comes out, and how it ends. */
async function decode(head: RequestHead, body: string | Buffer, pieceBytes = body.length): Promise<Decoded> {
  const wire = Buffer.from(body as string, 'latin1');
  const pieces = function* () {
    for (let at = 0; at < wire.length; at += pieceBytes) yield wire.subarray(at, at + pieceBytes);
  };
  const decoder: Transform = createChunkedDecoder(verified(head), head, (failure) =>
    authenticationError(failure, 'restXml'),
  );
  const out: Buffer[] = [];
  let error: unknown;
  Readable.from(pieces()).pipe(decoder);
  try {
    for await (const chunk of decoder) out.push(chunk);
  } catch (caught) {
    error = caught;
  }
  return { bytes: Buffer.concat(out), error, trailers: trailersOf(decoder) };
}

async function decodesTo(expected: string, head: RequestHead, body: string, pieceBytes?: number): Promise<Decoded> {
  const decoded = await decode(head, body, pieceBytes);
  assert.equal(decoded.error, undefined);
  assert.equal(decoded.bytes.toString('latin1'), expected);
  return decoded;
}

async function failsWith(code: string, head: RequestHead, body: string): Promise<Decoded> {
  const decoded = await decode(head, body);
  assert.ok(decoded.error instanceof ApiError, `expected ${code}, got ${String(decoded.error)}`);
  assert.equal(decoded.error.code, code);
  return decoded;
}

test("AWS's example of signed chunks is decoded, however the network cuts it", async () => {
  for (const pieceBytes of [undefined, 1000, 77, 13]) {
    const { trailers } = await decodesTo('a'.repeat(66_560), PLAIN_EXAMPLE, exampleBody(PLAIN_SIGNATURES), pieceBytes);
    assert.equal(trailers.size, 0);
  }
});

test("AWS's example of signed chunks with a trailer is decoded, and its checksum given", async () => {
  for (const pieceBytes of [undefined, 1000, 77]) {
    const body = exampleBody(TRAILER_SIGNATURES, TRAILER);
    const { trailers } = await decodesTo('a'.repeat(66_560), TRAILER_EXAMPLE, body, pieceBytes);
    assert.deepEqual([...trailers], [['x-amz-checksum-crc32c', 'sOO8/Q==']]);
  }
});

test('a missing last line end and a blank line before the trailer are taken, as some clients send them', async () => {
  const body = exampleBody(TRAILER_SIGNATURES, TRAILER);
  await decodesTo('a'.repeat(66_560), TRAILER_EXAMPLE, body.slice(0, -2));
  await decodesTo('a'.repeat(66_560), TRAILER_EXAMPLE, exampleBody(TRAILER_SIGNATURES, `\r\n${TRAILER}`));
});

test('of an altered chunk nothing is handed on, and what follows neither', async () => {
  const body = exampleBody(PLAIN_SIGNATURES);
  const first = await failsWith('SignatureDoesNotMatch', PLAIN_EXAMPLE, body.replace('aaaa', 'aaab'));
  assert.equal(first.bytes.length, 0);
  const second = await failsWith('SignatureDoesNotMatch', PLAIN_EXAMPLE, body.replace(/a\r\n0;/, 'b\r\n0;'));
  assert.ok(second.bytes.length <= 65_536);
  for (const signature of PLAIN_SIGNATURES) {
    const altered = signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    await failsWith('SignatureDoesNotMatch', PLAIN_EXAMPLE, body.replace(signature, altered));
    await failsWith('SignatureDoesNotMatch', PLAIN_EXAMPLE, body.replace(`;chunk-signature=${signature}`, ''));
  }
  const swapped = [PLAIN_SIGNATURES[1], PLAIN_SIGNATURES[0], PLAIN_SIGNATURES[2]] as const;
  await failsWith('SignatureDoesNotMatch', PLAIN_EXAMPLE, exampleBody(swapped));
});

test('an altered, missing or undeclared trailer is refused', async () => {
  const attempt = (code: string, trailer: string): Promise<Decoded> =>
    failsWith(code, TRAILER_EXAMPLE, exampleBody(TRAILER_SIGNATURES, trailer));
  await attempt('SignatureDoesNotMatch', TRAILER.replace('sOO8', 'sOO9'));
  await attempt('SignatureDoesNotMatch', TRAILER.replace('d81f', 'd81e'));
  await attempt('SignatureDoesNotMatch', TRAILER.replace(/x-amz-trailer-signature.*\r\n/, ''));
  await attempt('MalformedTrailerError', `x-amz-meta-more:1\r\n${TRAILER}`);
  await attempt('MalformedTrailerError', TRAILER.replace('crc32c:', 'crc32c:AAAA\r\nx-amz-checksum-crc32c:'));
  await attempt('SignatureDoesNotMatch', '');
});

/** A request without chunk signatures, as the SDK sends streams. */
function unsignedHead(decodedBytes: number, trailer: string | undefined): RequestHead {
  const request = { method: 'PUT', target: '/b/k' };
  const headers = signRequest({
    ...request,
    headers: {
      host: 'localhost',
      'x-amz-decoded-content-length': String(decodedBytes),
      ...(trailer === undefined ? {} : { 'x-amz-trailer': trailer }),
    },
    service: 's3',
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: SECRET },
    bodySha256Hex: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    nowMs: NOW_MS,
  });
  return { ...request, headers };
}

for (const algorithm of CHECKSUM_ALGORITHMS) {
  test(`a stream with a ${algorithm} trailer is decoded; a wrong checksum is BadDigest`, async () => {
    const text = Array.from({ length: 3000 }, () => String.fromCharCode(randomInt(256))).join('');
    const checksum = createChecksum(algorithm);
    checksum.update(Buffer.from(text, 'latin1'));
    const value = (await checksum.digest()).toString('base64');
    const name = checksumHeader(algorithm);
    const head = unsignedHead(3000, name);
    const body = (trailer: string, end = '\r\n\r\n'): string =>
      `7d0\r\n${text.slice(0, 2000)}\r\n3E8\r\n${text.slice(2000)}\r\n0\r\n${name}:${trailer}${end}`;
    for (const pieceBytes of [undefined, 1, 50]) {
      const { trailers } = await decodesTo(text, head, body(value), pieceBytes);
      assert.equal(trailers.get(name), value);
    }
    // The line of AWS's own example ends so.
    await decodesTo(text, head, body(value, '\n\r\n\r\n'));
    const wrong = Buffer.from(value, 'base64');
    wrong[0] = (wrong[0] ?? 0) ^ 1;
    await failsWith('BadDigest', head, body(wrong.toString('base64')));
    await failsWith('InvalidRequest', head, body('AA=='));
    await failsWith('MalformedTrailerError', head, body(value).replace(`${name}:${value}`, ''));
  });
}

test('a body that is shorter or longer than declared, cut off, or no aws-chunked at all is refused', async () => {
  const head = unsignedHead(5, undefined);
  await decodesTo('hello', head, '5\r\nhello\r\n0\r\n\r\n');
  await decodesTo('', unsignedHead(0, undefined), '0\r\n\r\n');
  const bad: [code: string, body: string][] = [
    ['IncompleteBody', '4\r\nhell\r\n0\r\n\r\n'],
    ['IncompleteBody', '6\r\nhello!\r\n0\r\n\r\n'],
    ['IncompleteBody', '5\r\nhello\r\n'],
    ['IncompleteBody', '5\r\nhel'],
    ['IncompleteBody', ''],
    ['IncompleteBody', 'ffffffffff\r\n'],
    ['InvalidRequest', 'hello'.repeat(1000)],
    ['InvalidRequest', 'zz\r\nhello\r\n0\r\n\r\n'],
    ['InvalidRequest', '-5\r\nhello\r\n0\r\n\r\n'],
    ['InvalidRequest', '5\r\nhelloo\r\n0\r\n\r\n'],
    ['InvalidRequest', '5\r\nhello\r\n0\r\n\r\nmore\r\n'],
    ['InvalidRequest', '5\r\nhello\r\n0\r\n\r\nmore'],
    ['MalformedTrailerError', '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'],
  ];
  for (const [code, body] of bad) await failsWith(code, head, body);
  const { 'x-amz-decoded-content-length': _, ...headers } = head.headers;
  const undeclared = { ...head, headers };
  assert.throws(
    () => createChunkedDecoder(verified(head), undeclared, () => new Error('never')),
    (error) => error instanceof ApiError && error.code === 'MissingContentLength',
  );
});

test('2000 garbled signed bodies never give bytes that were not signed, and never end well', async () => {
  const text = 'the quick brown fox '.repeat(20);
  const { head, body } = signedSmall(text, 100);
  await decodesTo(text, head, body);
  for (let round = 0; round < 2000; round += 1) {
    const at = randomInt(body.length);
    const garbled =
      body.slice(0, at) +
      ['', 'x', '\r\n', '0', 'ff;', body.slice(0, 50)][randomInt(6)] +
      body.slice(at + randomInt(40));
    if (garbled === body) continue;
    const { bytes, error } = await decode(head, garbled);
    const harmless =
      garbled.replaceAll('\r\n', '') === body.replaceAll('\r\n', '') || garbled.trimEnd() === body.trimEnd();
    assert.ok(text.startsWith(bytes.toString('latin1')), garbled);
    if (error === undefined) assert.ok(harmless || sameWithoutLineEnds(garbled, body), JSON.stringify(garbled));
    else assert.ok(error instanceof ApiError);
  }
});

/** The decoder takes LF for CRLF, upper-case sizes and leading zeros: other spellings of the same signed body. */
function sameWithoutLineEnds(a: string, b: string): boolean {
  const plain = (text: string): string =>
    text
      .replaceAll('\r', '')
      .split('\n')
      .map((line) => line.replace(/^\s*0*(?=[0-9a-f]+;)/i, '').trim())
      .filter((line) => line !== '')
      .join('\n')
      .toLowerCase();
  return plain(a) === plain(b);
}

function signedSmall(text: string, chunkBytes: number): { head: RequestHead; body: string } {
  const request = { method: 'PUT', target: '/b/k' };
  const headers = signRequest({
    ...request,
    headers: { host: 'localhost', 'x-amz-decoded-content-length': String(text.length) },
    service: 's3',
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: SECRET },
    bodySha256Hex: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    nowMs: NOW_MS,
  });
  const head = { ...request, headers };
  const { chain } = verified(head);
  let previous = chain.signature;
  let body = '';
  for (let at = 0; at <= text.length; at += chunkBytes) {
    const chunk = text.slice(at, at + chunkBytes);
    previous = chunkSignature(chain, previous, chunk);
    body += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}${chunk === '' ? '' : '\r\n'}`;
  }
  return { head, body: `${body}\r\n` };
}

/** Derived here once more, by node's own HMAC. */
function chunkSignature(chain: { timestamp: string; scope: string }, previous: string, chunk: string): string {
  const sha256Hex = createHash('sha256').update(chunk).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = chain.scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  const text = `AWS4-HMAC-SHA256-PAYLOAD\n${chain.timestamp}\n${chain.scope}\n${previous}\n${EMPTY_SHA256_HEX}\n${sha256Hex}`;
  return hmac(key, text).toString('hex');
}
