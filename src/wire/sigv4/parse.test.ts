import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthenticationFailure } from './failure.ts';
import { parseAuthorization } from './parse.ts';
import { verifySignature } from './verify.ts';
import { seededInts } from '../../../test/support/seeded.ts';

const randomInt = seededInts();

const DATE = '20261121T120000Z';
const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const VALID = `AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'a'.repeat(64)}`;
const FUZZ_ROUNDS = 20_000;

const head = (headers: Record<string, string>, target = '/') => ({ method: 'GET', target, headers });
const failureOf = (headers: Record<string, string>, target?: string): AuthenticationFailure => {
  try {
    parseAuthorization(head(headers, target));
  } catch (error) {
    assert.ok(error instanceof AuthenticationFailure, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'expected a failure' });
};

test('a request without credentials is anonymous, also with X-Amz-* parameters that sign nothing', () => {
  assert.deepEqual(parseAuthorization(head({})), { kind: 'anonymous' });
  assert.deepEqual(parseAuthorization(head({}, '/?X-Amz-Date=1')), { kind: 'anonymous' });
});

test('a bearer token is read as such', () => {
  assert.deepEqual(parseAuthorization(head({ authorization: 'Bearer bedrock-api-key-abc' })), {
    kind: 'bearer',
    token: 'bedrock-api-key-abc',
  });
});

test('a header is read into its parts, with or without blanks', () => {
  const expected = {
    kind: 'header',
    accessKeyId: 'AKID',
    date: '20261121',
    region: 'us-east-1',
    service: 'bedrock',
    signedHeaders: ['host', 'x-amz-date'],
    signature: 'a'.repeat(64),
    timestamp: DATE,
    timestampMs: NOW_MS,
    sessionToken: undefined,
    contentSha256: undefined,
  };
  for (const authorization of [VALID, VALID.replaceAll(', ', ',')]) {
    assert.deepEqual(parseAuthorization(head({ authorization, 'x-amz-date': DATE })), expected);
  }
  const dated = head({ authorization: VALID, date: 'Sat, 21 Nov 2026 12:00:00 GMT' });
  assert.deepEqual(parseAuthorization(dated), expected);
});

test('an incomplete header is told with all that it lacks, and never echoed', () => {
  const failure = failureOf({ authorization: 'AWS4-HMAC-SHA256 secret' });
  assert.equal(failure.reason, 'incomplete');
  assert.match(
    failure.message,
    /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\. \(Hashed with SHA-256 and encoded with Base64\) Authorization=\S{44}$/,
  );
});

test('an incomplete presigned query is told with all that it lacks', () => {
  const failure = failureOf({}, '/?X-Amz-Algorithm=AWS4-HMAC-SHA256');
  assert.equal(
    failure.message,
    "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
  );
});

test('other schemes, two schemes at once and malformed parts are refused', () => {
  for (const authorization of [
    'AWS AKID:signature',
    'Basic YTpi',
    'AWS4-ECDSA-P256-SHA256 Credential=x',
    '',
    'x'.repeat(20_000),
  ]) {
    assert.equal(failureOf({ authorization }).reason, 'unsupported');
  }
  // What `aws s3 presign` and boto3 make for us-east-1 unless they are told s3v4.
  assert.equal(
    failureOf({}, '/bucket/key?AWSAccessKeyId=AKID&Signature=abc%3D&Expires=1795249972').reason,
    'unsupported',
  );
  assert.equal(failureOf({ authorization: VALID, 'x-amz-date': DATE }, '/?X-Amz-Signature=1').reason, 'ambiguous');
  for (const [from, to, reason] of [
    ['AKID/', 'AKID/extra/', 'malformed'],
    ['AKID/', '/', 'malformed'],
    ['us-east-1', 'US EAST', 'malformed'],
    ['aws4_request', 'aws3_request', 'scope'],
    ['host;x', 'host;;x', 'malformed'],
    ['Signature=aaaa', 'Signature=zzzz', 'bad-signature'],
  ] as const) {
    const authorization = VALID.replace(from, to);
    assert.equal(failureOf({ authorization, 'x-amz-date': DATE }).reason, reason, to);
  }
  for (const date of ['20261131T120000Z', '2026-11-21T12:00:00Z', 'x', '20261121T126000Z']) {
    assert.equal(failureOf({ authorization: VALID, 'x-amz-date': date }).reason, 'malformed', date);
  }
  assert.equal(failureOf({ authorization: VALID, date: 'yesterday' }).reason, 'malformed');
});

test(`${FUZZ_ROUNDS} garbled headers, dates and queries neither crash nor are let in`, () => {
  const pieces = [
    ...VALID,
    'Credential=',
    'Signature=',
    ';',
    '/',
    '%',
    '%zz',
    '\0',
    'ÿ',
    ' ',
    ',',
    '=',
    'Bearer ',
    'é',
  ];
  const presigned = `/a/../b?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Fus-east-1%2Fbedrock%2Faws4_request&X-Amz-Date=${DATE}&X-Amz-SignedHeaders=host&X-Amz-Expires=60&X-Amz-Signature=${'a'.repeat(64)}`;
  const garble = (text: string): string => {
    const characters = [...text];
    for (let edits = randomInt(5); edits > 0; edits -= 1) {
      const piece = pieces[randomInt(pieces.length)] ?? '';
      characters.splice(randomInt(characters.length + 1), randomInt(6), ...(randomInt(2) ? [piece] : []));
    }
    return characters.join('');
  };
  let reached = 0;
  for (let round = 0; round < FUZZ_ROUNDS; round += 1) {
    const request =
      round % 2
        ? head({ host: 'h', authorization: garble(VALID), 'x-amz-date': round % 8 === 1 ? garble(DATE) : DATE })
        : head({ host: 'h' }, garble(presigned));
    try {
      const parsed = parseAuthorization(request);
      if (parsed.kind === 'anonymous' || parsed.kind === 'bearer') continue;
      reached += 1;
      verifySignature(parsed, request, {
        secret: 'secret',
        bodySha256Hex: 'e3b0',
        nowMs: NOW_MS,
        rule: round % 3 ? 'standard' : 's3',
        signingNames: ['bedrock'],
      });
      assert.fail(`let in: ${JSON.stringify(request)}`);
    } catch (error) {
      assert.ok(error instanceof AuthenticationFailure, `${String(error)} for ${JSON.stringify(request)}`);
    }
  }
  assert.ok(reached > FUZZ_ROUNDS / 10, 'enough of the fuzz must get past the parser to mean anything');
});
