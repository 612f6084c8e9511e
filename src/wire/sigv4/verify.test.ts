import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ProtocolName, RequestHead } from '../types.ts';
import { authenticationError } from './answer.ts';
import type { PathRule } from './canonical.ts';
import { AuthenticationFailure, type FailureReason } from './failure.ts';
import { parseAuthorization } from './parse.ts';
import { UNSIGNED_PAYLOAD } from './payload.ts';
import { signRequest, type SigningCredentials } from './sign.ts';
import { SigningKeys } from './signing-keys.ts';
import { type VerifiedRequest, type VerifyOptions, verifySignature } from './verify.ts';
import { seededInts } from '../../../test/support/seeded.ts';

const randomInt = seededInts();

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const CREDENTIALS = {
  accessKeyId: 'AKIAEXAMPLE000000001',
  secretAccessKey: 'aSecretOfTheCaller',
} satisfies SigningCredentials;
const RANDOM_REQUESTS = 1200;

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

const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

function verify(head: RequestHead, body: string | undefined, options: Partial<VerifyOptions> = {}): VerifiedRequest {
  const parsed = parseAuthorization(head);
  assert.ok(parsed.kind === 'header' || parsed.kind === 'presigned', parsed.kind);
  return verifySignature(parsed, head, {
    secret: CREDENTIALS.secretAccessKey,
    bodySha256Hex: body === undefined ? undefined : sha256Hex(body),
    nowMs: NOW_MS,
    rule: 'standard',
    signingNames: ['bedrock'],
    ...options,
  });
}

function fails(reason: FailureReason, attempt: () => unknown): AuthenticationFailure {
  let failure: unknown;
  try {
    attempt();
  } catch (error) {
    failure = error;
  }
  assert.ok(failure instanceof AuthenticationFailure, `expected ${reason}, got ${String(failure)}`);
  assert.equal(failure.reason, reason);
  return failure;
}

interface Signed {
  head: RequestHead;
  body: string;
}

function signed(changes: Partial<Parameters<typeof signRequest>[0]> = {}, body = '{"a":1}'): Signed {
  const method = changes.method ?? 'POST';
  const target = changes.target ?? '/model/a%3A0/converse?x=1';
  const headers = signRequest({
    method,
    target,
    headers: { host: 'localhost:4650', 'content-type': 'application/json' },
    service: 'bedrock',
    region: 'us-east-1',
    credentials: CREDENTIALS,
    bodySha256Hex: sha256Hex(body),
    nowMs: NOW_MS,
    ...changes,
  });
  return { head: { method, target, headers }, body };
}

const CHARACTERS = [...'abcXYZ019-._~ !\'()*&=+$@:;,/?#[]%"<>\\^`{|}éß漢字🙂'];
const randomText = (length: number): string =>
  Array.from({ length }, () => CHARACTERS[randomInt(CHARACTERS.length)] ?? '').join('');
const escape3986 = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

test(`${RANDOM_REQUESTS} random requests signed by the SDK's signer are accepted, and are not once altered`, async () => {
  const keys = new SigningKeys();
  for (let round = 0; round < RANDOM_REQUESTS; round += 1) {
    const s3 = round % 3 === 0;
    const presign = round % 4 === 1;
    const rule: PathRule = s3 ? 's3' : 'standard';
    const service = s3 ? 's3' : 'bedrock';
    const segments = Array.from({ length: randomInt(4) }, () => randomText(randomInt(1, 8)));
    const path = `/${segments.map(escape3986).join('/')}${segments.length > 0 && round % 5 === 0 ? '/' : ''}`;
    const query: Record<string, string | string[]> = {};
    for (let count = randomInt(4); count > 0; count -= 1) {
      query[randomText(randomInt(1, 5))] = round % 7 === 0 ? [randomText(3), randomText(2)] : randomText(randomInt(5));
    }
    const headers: Record<string, string> = { host: 'localhost:4650' };
    for (let count = randomInt(4); count > 0; count -= 1) {
      headers[`x-amz-h${count}`] = `  ${randomText(6).replaceAll(/[^ -~]/g, 'x')}  ${count} `;
    }
    // As S3's own presigner does; it ends up in the query.
    if (s3 && presign) headers['x-amz-content-sha256'] = UNSIGNED_PAYLOAD;
    const body = presign ? '' : randomText(randomInt(30));
    const token = round % 2 === 0 ? { sessionToken: `token/+=${randomText(4).replaceAll(/[^ -~]/g, 'x')}` } : {};
    const signer = new SignatureV4({
      service,
      region: 'eu-central-1',
      credentials: { ...CREDENTIALS, ...token },
      sha256: NodeHash,
      uriEscapePath: !s3,
    });
    const request = {
      method: presign ? 'GET' : 'POST',
      protocol: 'http:',
      hostname: 'localhost',
      path,
      query,
      headers,
      ...(presign ? {} : { body }),
    };
    const result = presign
      ? await signer.presign(request, { signingDate: new Date(NOW_MS), expiresIn: 60 })
      : await signer.sign(request, { signingDate: new Date(NOW_MS) });
    const pairs = Object.entries(result.query ?? {}).flatMap(([name, value]) =>
      [value ?? ''].flat().map((one) => `${escape3986(name)}=${escape3986(one ?? '')}`),
    );
    const target = pairs.length > 0 ? `${path}?${pairs.sort(() => randomInt(3) - 1).join('&')}` : path;
    const wireHeaders = Object.fromEntries(
      Object.entries(result.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]),
    );
    const head: RequestHead = { method: request.method, target, headers: wireHeaders };
    const options: Partial<VerifyOptions> = { rule, signingNames: [service], keys };
    const verified = verify(head, body, options);
    assert.equal(verified.region, 'eu-central-1');
    fails('bad-signature', () => verify({ ...head, method: 'DELETE' }, body, options));
    // Behind the path: a first segment that is `..` would take away what stands before it.
    fails('bad-signature', () => verify({ ...head, target: `${path}/x${target.slice(path.length)}` }, body, options));
    if (pairs.length > 0) fails('bad-signature', () => verify({ ...head, target: `${target}&y=1` }, body, options));
    fails('bad-signature', () => verify(head, body, { ...options, secret: 'another', keys }));
  }
});

test('what Varve signs for an upstream is what the SDK signs', async () => {
  const signer = new SignatureV4({
    service: 'bedrock',
    region: 'us-east-1',
    credentials: CREDENTIALS,
    sha256: NodeHash,
  });
  const result = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: 'localhost',
      path: '/model/a%3A0/converse',
      query: { x: '1' },
      headers: { host: 'localhost:4650', 'content-type': 'application/json' },
      body: '{"a":1}',
    },
    { signingDate: new Date(NOW_MS) },
  );
  assert.equal(signed().head.headers['authorization'], result.headers['authorization']);
});

test('an altered body, header, host or signature is a wrong signature', () => {
  const { head, body } = signed();
  verify(head, body);
  fails('content-mismatch', () => verify(head, `${body} `));
  const without = { ...head, headers: { ...head.headers, 'x-amz-content-sha256': undefined } };
  fails('bad-signature', () => verify(without, body));
  for (const [name, value] of [
    ['content-type', 'text/plain'],
    ['host', 'elsewhere'],
    ['x-amz-date', '20261121T120001Z'],
  ] as const) {
    fails('bad-signature', () => verify({ ...head, headers: { ...head.headers, [name]: value } }, body));
  }
  const authorization = head.headers['authorization'] ?? '';
  for (const altered of [
    authorization.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')),
    authorization.slice(0, -1),
    authorization.replace(/Signature=.*/, 'Signature=x'),
  ]) {
    fails('bad-signature', () => verify({ ...head, headers: { ...head.headers, authorization: altered } }, body));
  }
});

test('an HTTP/2 client may sign :authority or host, and send either', () => {
  const h2 = signed({ headers: { ':authority': 'localhost:4650' } });
  verify(h2.head, h2.body);
  const { ':authority': authority, ...rest } = h2.head.headers;
  verify({ ...h2.head, headers: { ...rest, host: authority } }, h2.body);
  fails('unsigned-header', () => verify({ ...h2.head, headers: rest }, h2.body));
});

test('a host that is not signed cannot be put beside a signed :authority', () => {
  const { head, body } = signed({ headers: { ':authority': 'localhost:4650' } });
  verify({ ...head, headers: { ...head.headers, host: 'localhost:4650' } }, body);
  const elsewhere = { ...head, headers: { ...head.headers, host: 'bucket.localhost:4650' } };
  fails('unsigned-header', () => verify(elsewhere, body));
});

test('a header sent twice is signed as one, also when Node has joined it with a blank', () => {
  const { head, body } = signed({ headers: { host: 'localhost', 'x-twice': 'a,b' } });
  verify({ ...head, headers: { ...head.headers, 'x-twice': 'a, b' } }, body);
  fails('bad-signature', () => verify({ ...head, headers: { ...head.headers, 'x-twice': 'b, a' } }, body));
});

test('a signature that does not cover the host is refused', () => {
  const { head, body } = signed({ headers: {} });
  fails('unsigned-header', () => verify({ ...head, headers: { ...head.headers, host: 'localhost' } }, body));
});

test('the operation that X-Amz-Target names must be signed, too', () => {
  const { head, body } = signed({ headers: { host: 'localhost', 'x-amz-target': 'Logs_20140328.DescribeLogGroups' } });
  verify(head, body);
  const { head: without, body: same } = signed({ headers: { host: 'localhost' } });
  const added = { ...without.headers, 'x-amz-target': 'Logs_20140328.DeleteLogGroup' };
  fails('unsigned-header', () => verify({ ...without, headers: added }, same));
});

test('S3 wants every x-amz-* header signed and the content hash declared', () => {
  const options = { rule: 's3', signingNames: ['s3'] } as const;
  const { head, body } = signed({ service: 's3' });
  verify(head, body, options);
  const extra = { ...head, headers: { ...head.headers, 'x-amz-acl': 'public-read' } };
  assert.equal(fails('unsigned-header', () => verify(extra, body, options)).members['HeadersNotSigned'], 'x-amz-acl');
  const { 'x-amz-content-sha256': _, ...rest } = head.headers;
  fails('content-sha256-required', () => verify({ ...head, headers: rest }, body, options));
  const odd = { ...head, headers: { ...head.headers, 'x-amz-content-sha256': 'STREAMING-NONSENSE' } };
  fails('content-sha256-required', () => verify(odd, body, options));
});

test('UNSIGNED-PAYLOAD is taken by S3 only', () => {
  const s3 = signed({ service: 's3', bodySha256Hex: UNSIGNED_PAYLOAD });
  const verified = verify(s3.head, undefined, { rule: 's3', signingNames: ['s3'] });
  assert.deepEqual(verified.payload, { kind: 'unsigned' });
  const other = signed({ bodySha256Hex: UNSIGNED_PAYLOAD });
  fails('bad-signature', () => verify(other.head, other.body));
});

test('an S3 upload is verified by its declared hash before the body has flowed', () => {
  const { head } = signed({ service: 's3' }, 'the body');
  const verified = verify(head, undefined, { rule: 's3', signingNames: ['s3'] });
  assert.deepEqual(verified.payload, { kind: 'whole', sha256Hex: sha256Hex('the body') });
});

test('clocks may differ by five minutes, and for S3 by fifteen', () => {
  const minutes = (count: number): number => NOW_MS + count * 60_000;
  const { head, body } = signed();
  for (const count of [-5, 5]) verify(head, body, { nowMs: minutes(count) });
  const late = fails('skew', () => verify(head, body, { nowMs: minutes(5) + 1000 }));
  assert.equal(
    late.message,
    'Signature expired: 20261121T120000Z is now earlier than 20261121T120001Z (20261121T120501Z - 5 min.)',
  );
  const early = fails('skew', () => verify(head, body, { nowMs: minutes(-5) - 1000 }));
  assert.equal(
    early.message,
    'Signature not yet current: 20261121T120000Z is still later than 20261121T115959Z (20261121T115459Z + 5 min.)',
  );
  const s3 = signed({ service: 's3' });
  const options = { rule: 's3', signingNames: ['s3'] } as const;
  for (const count of [-15, 15]) verify(s3.head, s3.body, { ...options, nowMs: minutes(count) });
  for (const count of [-15.1, 15.1]) {
    fails('skew', () => verify(s3.head, s3.body, { ...options, nowMs: minutes(count) }));
  }
});

test('the scope must name the day of the request and the service that is called', () => {
  const { head, body } = signed();
  const scope = fails('scope', () => verify(head, body, { signingNames: ['logs'] }));
  assert.equal(scope.message, "Credential should be scoped to correct service: 'logs'. ");
  const authorization = (head.headers['authorization'] ?? '').replace('/20261121/', '/20261120/');
  const yesterday = fails('scope', () => verify({ ...head, headers: { ...head.headers, authorization } }, body));
  assert.match(yesterday.message, /'20261120' != '20261121', from '20261121T120000Z'/);
});

test('a presigned request lives until X-Amz-Expires; S3 wants that parameter', async () => {
  const signer = new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    credentials: CREDENTIALS,
    sha256: NodeHash,
    uriEscapePath: false,
  });
  const request = {
    method: 'GET',
    protocol: 'http:',
    hostname: 'localhost',
    path: '/bucket/key',
    headers: { host: 'localhost', 'x-amz-content-sha256': UNSIGNED_PAYLOAD },
  };
  const result = await signer.presign(request, { signingDate: new Date(NOW_MS), expiresIn: 3600 });
  const query = Object.entries(result.query ?? {})
    .map(([name, value]) => `${name}=${escape3986(String(value))}`)
    .join('&');
  const head = { method: 'GET', target: `/bucket/key?${query}`, headers: { host: 'localhost' } };
  const options = { rule: 's3', signingNames: ['s3'] } as const;
  verify(head, undefined, { ...options, nowMs: NOW_MS + 3_600_000 });
  const failure = fails('expired-request', () => verify(head, undefined, { ...options, nowMs: NOW_MS + 3_600_001 }));
  assert.equal(failure.members['Expires'], '2026-11-21T13:00:00.000Z');
  fails('skew', () => verify(head, undefined, { ...options, nowMs: NOW_MS - 3_600_000 }));
  const without = { ...head, target: head.target.replace('X-Amz-Expires=3600', '') };
  fails('incomplete', () => verify(without, undefined, options));
  const longer = { ...head, target: head.target.replace('X-Amz-Expires=3600', 'X-Amz-Expires=36000') };
  fails('bad-signature', () => verify(longer, undefined, options));
});

test('signing keys are kept within bounds, and a replaced secret is never served by an old key', () => {
  const keys = new SigningKeys(3);
  const scope = { date: '20261121', region: 'us-east-1', service: 's3' };
  const first = keys.get('A', 'one', scope);
  assert.equal(keys.get('A', 'one', scope), first);
  assert.notEqual(keys.get('A', 'two', scope), first);
  for (let id = 0; id < 10; id += 1) keys.get(`K${id}`, 'one', scope);
  assert.equal(keys.size, 3);
});

test('each protocol words a failure as AWS does', () => {
  const expected: [FailureReason, ProtocolName, string, number][] = [
    ['missing', 'awsJson1_1', 'MissingAuthenticationTokenException', 400],
    ['missing', 'restJson1', 'MissingAuthenticationTokenException', 403],
    ['missing', 'awsQuery', 'MissingAuthenticationToken', 403],
    ['missing', 'restXml', 'AccessDenied', 403],
    ['bad-signature', 'awsJson1_1', 'InvalidSignatureException', 400],
    ['bad-signature', 'restJson1', 'InvalidSignatureException', 403],
    ['bad-signature', 'awsQuery', 'SignatureDoesNotMatch', 403],
    ['bad-signature', 'restXml', 'SignatureDoesNotMatch', 403],
    ['unknown-key', 'awsJson1_1', 'UnrecognizedClientException', 400],
    ['unknown-key', 'restJson1', 'UnrecognizedClientException', 403],
    ['unknown-key', 'awsQuery', 'InvalidClientTokenId', 403],
    ['unknown-key', 'restXml', 'InvalidAccessKeyId', 403],
    ['bad-token', 'restXml', 'InvalidToken', 400],
    ['expired-token', 'awsJson1_0', 'ExpiredTokenException', 400],
    ['expired-token', 'restJson1', 'ExpiredTokenException', 403],
    ['expired-token', 'awsQuery', 'ExpiredToken', 403],
    ['expired-token', 'restXml', 'ExpiredToken', 400],
    ['skew', 'awsQuery', 'SignatureDoesNotMatch', 403],
    ['skew', 'restXml', 'RequestTimeTooSkewed', 403],
    ['incomplete', 'rpcv2Cbor', 'IncompleteSignatureException', 400],
    ['incomplete', 'restXml', 'AuthorizationHeaderMalformed', 400],
  ];
  for (const [reason, protocol, code, status] of expected) {
    const error = authenticationError(new AuthenticationFailure(reason, 'why'), protocol);
    assert.deepEqual([error.code, error.status], [code, status], `${reason} in ${protocol}`);
    assert.notEqual(error.message, '');
  }
});
