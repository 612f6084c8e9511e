import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { decodeRequest, decompressBody, encodeError, encodeResponse } from './dispatch.ts';
import { ApiError } from './errors.ts';
import { JSON_NESTING_MAX } from './json-values.ts';
import { routeRequest } from './router.ts';
import type { RequestHead, WireResponse } from './types.ts';

function signedFor(service: string): Record<string, string> {
  return { authorization: `AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/${service}/aws4_request, Signature=0` };
}

const CONVERSE: RequestHead = {
  method: 'POST',
  target: '/model/m/converse',
  headers: { ...signedFor('bedrock'), 'content-type': 'application/json' },
};
const PUT_LOG_EVENTS: RequestHead = {
  method: 'POST',
  target: '/',
  headers: {
    ...signedFor('logs'),
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'Logs_20140328.PutLogEvents',
  },
};
const GET_OBJECT: RequestHead = { method: 'GET', target: '/b/k', headers: signedFor('s3') };
const GET_ROLE: RequestHead = {
  method: 'POST',
  target: '/',
  headers: { ...signedFor('iam'), 'content-type': 'application/x-www-form-urlencoded' },
};
const GET_ROLE_FORM = Buffer.from('Action=GetRole&Version=2010-05-08&RoleName=r');

function decoded(head: RequestHead, body: string | Buffer): Record<string, unknown> {
  return decodeRequest(routeRequest(head), head, Buffer.from(body));
}

function refusal(head: RequestHead, body: string | Buffer): string {
  try {
    decoded(head, body);
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return `${error.status} ${error.code} ${error.message}`.trim();
  }
  return 'accepted';
}

function parsed({ body }: WireResponse): unknown {
  return JSON.parse(body as string);
}

test('a body that is no JSON is a SerializationException without a word', () => {
  for (const body of ['{', 'null x', '{"logGroupName":"a",}', Buffer.from('{"logGroupName":"\xff"}', 'latin1')]) {
    assert.equal(refusal(PUT_LOG_EVENTS, body), '400 SerializationException');
    assert.equal(refusal(CONVERSE, body), '400 SerializationException');
  }
});

test('a value of the wrong type is refused in the words of AWS', () => {
  const cases = [
    ['{"logGroupName":1}', 'NUMBER_VALUE can not be converted to a String'],
    ['{"logGroupName":true}', 'TRUE_VALUE can not be converted to a String'],
    ['{"logGroupName":{}}', 'Start of structure or map found where not expected.'],
    ['{"logGroupName":[]}', 'Start of list found where not expected'],
    ['{"logEvents":[{"timestamp":"1"}]}', 'STRING_VALUE can not be converted to a Long'],
  ] as const;
  for (const [body, words] of cases) assert.equal(refusal(PUT_LOG_EVENTS, body), `400 SerializationException ${words}`);
});

test('JSON nested too deeply is refused, and nothing overflows', () => {
  const tool = (json: string): string =>
    `{"messages":[{"role":"user","content":[{"toolUse":{"toolUseId":"t","name":"n","input":${json}}}]}]}`;
  const nested = (depth: number): string => tool('['.repeat(depth) + ']'.repeat(depth));
  assert.equal(refusal(CONVERSE, nested(JSON_NESTING_MAX - 20)), 'accepted');
  assert.match(refusal(CONVERSE, nested(JSON_NESTING_MAX + 1)), /^400 SerializationException .*too deeply/);
  assert.match(refusal(CONVERSE, nested(1_000_000)), /^400 SerializationException/);
});

test('a key called __proto__ is a key like any other', () => {
  const body = '{"messages":[{"role":"user","content":[{"text":"x"}]}],"requestMetadata":{"__proto__":"v"}}';
  const input = decoded(CONVERSE, body);
  const metadata = input['requestMetadata'] as object;
  assert.equal(Object.getPrototypeOf(metadata), Object.prototype);
  assert.deepEqual(Object.entries(metadata), [['__proto__', 'v']]);
});

test('the payload of InvokeModel is bytes, and can be left out', () => {
  const head: RequestHead = {
    method: 'POST',
    target: '/model/m/invoke',
    headers: { ...signedFor('bedrock'), 'content-type': 'application/json', accept: '*/*' },
  };
  const route = routeRequest(head);
  const body = Buffer.from('{"prompt":"\xff"}', 'latin1');
  assert.deepEqual(decodeRequest(route, head, body)['body'], body);
  const skipped = decodeRequest(route, head, Buffer.alloc(0), { payload: 'skip' });
  assert.deepEqual(skipped, { modelId: 'm', contentType: 'application/json', accept: '*/*' });
});

test('a streamed payload of S3 is not looked for in the body', () => {
  const head: RequestHead = { method: 'PUT', target: '/b/k', headers: { ...signedFor('s3'), 'x-amz-meta-a': '1' } };
  const input = decodeRequest(routeRequest(head), head, Buffer.from('bytes'));
  assert.deepEqual(input, { Bucket: 'b', Key: 'k', Metadata: { a: '1' } });
});

test('an answer has the status of the model, which can be overridden', () => {
  const route = routeRequest(GET_OBJECT);
  const whole = encodeResponse(route, { ETag: '"e"', Body: Buffer.from('abc') }, 'R1');
  assert.deepEqual([whole.status, whole.headers['etag'], whole.headers['x-amz-request-id']], [200, '"e"', 'R1']);
  const options = { status: 206, headers: { 'x-extra': '1' } };
  const partial = encodeResponse(route, { ContentRange: 'bytes 0-0/3', Body: Buffer.from('a') }, 'R1', options);
  assert.deepEqual(
    [partial.status, partial.headers['content-range'], partial.headers['x-extra']],
    [206, 'bytes 0-0/3', '1'],
  );
  const unchanged = encodeResponse(route, { ETag: '"e"', Body: Buffer.from('') }, 'R1', { status: 304 });
  assert.deepEqual([unchanged.body, unchanged.headers['content-type']], [undefined, undefined]);
});

test('an object is handed on as a stream', async () => {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('ab');
    yield Buffer.from('c');
  }
  const { body } = encodeResponse(routeRequest(GET_OBJECT), { Body: pieces() }, 'R1');
  const read: Uint8Array[] = [];
  for await (const piece of body as AsyncIterable<Uint8Array>) read.push(piece);
  assert.equal(Buffer.concat(read).toString(), 'abc');
});

test("Bedrock's error names the code with Coral's suffix in its header", () => {
  const error = new ApiError('ResourceNotFoundException', 'Could not resolve the model.');
  const answer = encodeError(routeRequest(CONVERSE), CONVERSE, error, 'R1');
  assert.equal(answer.status, 404);
  assert.equal(
    answer.headers['x-amzn-errortype'],
    'ResourceNotFoundException:http://internal.amazon.com/coral/com.amazon.bedrock/',
  );
  assert.equal(answer.headers['x-amzn-requestid'], 'R1');
  assert.deepEqual(parsed(answer), { message: 'Could not resolve the model.' });
});

test('members of an error reach the caller', () => {
  const error = new ApiError('ModelErrorException', 'no', { members: { originalStatusCode: 418, resourceName: 'm' } });
  const answer = encodeError(routeRequest(CONVERSE), CONVERSE, error, 'R1');
  assert.equal(answer.status, 424);
  assert.deepEqual(parsed(answer), { message: 'no', originalStatusCode: 418, resourceName: 'm' });
});

test('an error of CloudWatch Logs has its code in the body, unqualified', () => {
  const error = new ApiError('ResourceNotFoundException', 'The specified log group does not exist.');
  const answer = encodeError(routeRequest(PUT_LOG_EVENTS), PUT_LOG_EVENTS, error, 'R1');
  assert.equal(answer.status, 400);
  assert.equal(
    answer.body,
    '{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}',
  );
});

test("an error of S3 has S3's form and status, and no body for HEAD", () => {
  const error = new ApiError('NoSuchKey', 'The specified key does not exist.', { members: { Key: 'k' } });
  const answer = encodeError(routeRequest(GET_OBJECT), GET_OBJECT, error, 'R1');
  assert.equal(answer.status, 404);
  assert.equal(answer.headers['x-amz-request-id'], 'R1');
  assert.match(
    answer.body as string,
    /<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist\.<\/Message>.*<Key>k<\/Key>.*<RequestId>R1<\/RequestId>/,
  );
  const head = { ...GET_OBJECT, method: 'HEAD' };
  assert.equal(encodeError(routeRequest(head), head, error, 'R1').body, undefined);
});

test('IAM errors have the code and status of the query protocol, by either name', () => {
  const route = routeRequest(GET_ROLE, { formBody: GET_ROLE_FORM });
  for (const code of ['NoSuchEntity', 'NoSuchEntityException']) {
    const answer = encodeError(route, GET_ROLE, new ApiError(code, 'The role with name r cannot be found.'), 'R1');
    assert.equal(answer.status, 404);
    assert.match(answer.body as string, /<Type>Sender<\/Type><Code>NoSuchEntity<\/Code>/);
  }
});

test("a failure of our own is each service's internal error, and says nothing of itself", () => {
  const failure = new Error('secret detail');
  const answers = [
    encodeError(routeRequest(CONVERSE), CONVERSE, failure, 'R1'),
    encodeError(routeRequest(PUT_LOG_EVENTS), PUT_LOG_EVENTS, failure, 'R1'),
    encodeError(routeRequest(GET_OBJECT), GET_OBJECT, failure, 'R1'),
    encodeError(routeRequest(GET_ROLE, { formBody: GET_ROLE_FORM }), GET_ROLE, failure, 'R1'),
  ];
  const codes = [
    /^InternalServerException:/,
    /"ServiceUnavailableException"/,
    /<Code>InternalError</,
    /<Code>ServiceFailure</,
  ];
  for (const [at, answer] of answers.entries()) {
    assert.equal(answer.status, 500);
    const text = `${answer.headers['x-amzn-errortype'] ?? ''}${answer.body as string}`;
    assert.match(text, codes[at] ?? /never/);
    assert.doesNotMatch(text, /secret detail/);
  }
});

test('an error before any route is in the protocol that the request looks like', () => {
  const error = new ApiError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const answer = (head: RequestHead): WireResponse => encodeError(undefined, head, error, 'R1');
  const rest = answer({
    method: 'GET',
    target: '/foundation-models',
    headers: { host: 'bedrock.us-east-1.amazonaws.com' },
  });
  assert.deepEqual([rest.status, rest.headers['x-amzn-errortype']], [403, error.code]);
  const json = answer({ method: 'POST', target: '/', headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' } });
  assert.deepEqual([json.status, parsed(json)], [400, { __type: error.code, message: error.message }]);
  const form = answer({
    method: 'POST',
    target: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.match(form.body as string, /<ErrorResponse/);
  const s3 = answer({ method: 'GET', target: '/b/k', headers: signedFor('s3') });
  assert.match(s3.body as string, /<Error><Code>/);
  const unknown = answer({ method: 'POST', target: '/', headers: signedFor('ec2') });
  assert.equal(unknown.headers['x-amzn-errortype'], error.code);
});

test('compressed bodies are undone within the bound, except where the encoding is the object', async () => {
  const route = routeRequest(PUT_LOG_EVENTS);
  const head = { ...PUT_LOG_EVENTS, headers: { ...PUT_LOG_EVENTS.headers, 'content-encoding': 'gzip' } };
  const body = gzipSync('{"a":1}');
  assert.equal((await decompressBody(route, head, body, 100)).toString(), '{"a":1}');
  await assert.rejects(decompressBody(route, head, gzipSync(Buffer.alloc(5000)), 100), {
    code: 'RequestEntityTooLargeException',
  });
  await assert.rejects(decompressBody(route, head, Buffer.from('no gzip'), 100), { code: 'SerializationException' });
  const object = { ...GET_OBJECT, headers: { ...GET_OBJECT.headers, 'content-encoding': 'gzip' } };
  assert.equal(await decompressBody(routeRequest(object), object, body, 100), body);
});
