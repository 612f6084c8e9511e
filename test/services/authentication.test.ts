/** Who is let in, over the network and through unmodified clients; each protocol's own words for who is not. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { BedrockClient, ListFoundationModelsCommand } from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient, CountTokensCommand } from '@aws-sdk/client-bedrock-runtime';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { ACCOUNT, REGION, ROOT_KEY, withVarve } from '../harness.ts';

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** One harmless call in each protocol, and over HTTP/2 (bedrock-runtime). */
function callsOf(endpoint: string, credentials: Credentials, systemClockOffset = 0) {
  const settings = { endpoint, region: REGION, credentials, maxAttempts: 1, systemClockOffset };
  return {
    restJson: () => new BedrockClient(settings).send(new ListFoundationModelsCommand({})),
    awsJson: () => new CloudWatchLogsClient(settings).send(new DescribeLogGroupsCommand({})),
    query: () => new STSClient(settings).send(new GetCallerIdentityCommand({})),
    s3: () => new S3Client({ ...settings, forcePathStyle: true }).send(new ListBucketsCommand({})),
    http2: async () => {
      const client = new BedrockRuntimeClient(settings);
      try {
        return await client.send(
          new CountTokensCommand({ modelId: 'no.such-model', input: { invokeModel: { body: Buffer.from('{}') } } }),
        );
      } finally {
        client.destroy();
      }
    },
  };
}
type Call = keyof ReturnType<typeof callsOf>;

async function refusalOf(call: () => Promise<unknown>): Promise<[code: string, status: number]> {
  try {
    await call();
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
    return [name, $metadata.httpStatusCode];
  }
  throw new assert.AssertionError({ message: 'the call was let in' });
}

async function refusals(calls: ReturnType<typeof callsOf>): Promise<Record<string, [string, number]>> {
  const told: Record<string, [string, number]> = {};
  for (const [name, call] of Object.entries(calls)) told[name] = await refusalOf(call);
  return told;
}

const AFTER_SIGNATURE: readonly Call[] = ['restJson', 'awsJson', 'query', 's3'];

test('a wrong secret, an unknown key and a wrong clock are told in the words of each protocol', () =>
  withVarve({}, async ({ endpoint }) => {
    assert.deepEqual(await refusals(callsOf(endpoint, { ...ROOT_KEY, secretAccessKey: 'wrong' })), {
      restJson: ['InvalidSignatureException', 403],
      awsJson: ['InvalidSignatureException', 400],
      query: ['SignatureDoesNotMatch', 403],
      s3: ['SignatureDoesNotMatch', 403],
      http2: ['InvalidSignatureException', 403],
    });
    assert.deepEqual(await refusals(callsOf(endpoint, { ...ROOT_KEY, accessKeyId: 'AKIANOBODY0000000001' })), {
      restJson: ['UnrecognizedClientException', 403],
      awsJson: ['UnrecognizedClientException', 400],
      query: ['InvalidClientTokenId', 403],
      s3: ['InvalidAccessKeyId', 403],
      http2: ['UnrecognizedClientException', 403],
    });
    assert.deepEqual(await refusals(callsOf(endpoint, { ...ROOT_KEY, sessionToken: 'forged' })), {
      restJson: ['UnrecognizedClientException', 403],
      awsJson: ['UnrecognizedClientException', 400],
      query: ['InvalidClientTokenId', 403],
      s3: ['InvalidToken', 400],
      http2: ['UnrecognizedClientException', 403],
    });
    assert.deepEqual(await refusals(callsOf(endpoint, ROOT_KEY, -20 * 60_000)), {
      restJson: ['InvalidSignatureException', 403],
      awsJson: ['InvalidSignatureException', 400],
      query: ['SignatureDoesNotMatch', 403],
      s3: ['RequestTimeTooSkewed', 403],
      http2: ['InvalidSignatureException', 403],
    });
    await callsOf(endpoint, ROOT_KEY, -10 * 60_000).s3();
  }));

test('a session of a role that is allowed all is let in everywhere, and so is root', () =>
  withVarve({}, async ({ endpoint, clients }) => {
    const trust = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await clients.iam.send(new CreateRoleCommand({ RoleName: 'Everywhere', AssumeRolePolicyDocument }));
    const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [everything] });
    await clients.iam.send(new PutRolePolicyCommand({ RoleName: 'Everywhere', PolicyName: 'all', PolicyDocument }));
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/Everywhere`;
    const { Credentials } = await clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }));
    const session = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    for (const credentials of [ROOT_KEY, session]) {
      const calls = callsOf(endpoint, credentials);
      for (const name of AFTER_SIGNATURE) await calls[name]();
      // The model is not there: the caller was let in, and told so.
      assert.deepEqual((await refusalOf(calls.http2))[0], 'ValidationException');
    }
  }));

test('requests without credentials are refused in each protocol', () =>
  withVarve({}, async ({ endpoint }) => {
    const ask = async (path: string, init: RequestInit = {}): Promise<[status: number, text: string]> => {
      const response = await fetch(`${endpoint}${path}`, init);
      return [response.status, `${response.headers.get('x-amzn-errortype') ?? ''} ${await response.text()}`];
    };
    const json = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.DescribeLogGroups' };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const cases: [answer: [number, string], status: number, text: RegExp][] = [
      [await ask('/', { method: 'POST', headers: json, body: '{}' }), 400, /MissingAuthenticationTokenException/],
      [await ask('/foundation-models'), 403, /MissingAuthenticationTokenException/],
      [
        await ask('/', { method: 'POST', headers: form, body: 'Action=GetCallerIdentity&Version=2011-06-15' }),
        403,
        /<Code>MissingAuthenticationToken<\/Code>/,
      ],
      [await ask('/some-bucket/some-key'), 403, /<Code>AccessDenied<\/Code>/],
    ];
    for (const [[status, text], wanted, pattern] of cases) {
      assert.equal(status, wanted, text);
      assert.match(text, pattern);
    }
  }));

test('S3 takes a stream of the SDK with its trailer, and refuses one whose bytes were altered on the way', () =>
  withVarve({}, async ({ endpoint, clients }) => {
    await clients.s3.send(new CreateBucketCommand({ Bucket: 'streams' }));
    const text = 'as it flows '.repeat(20_000);
    const put = (client: S3Client, Key: string) =>
      client.send(
        new PutObjectCommand({
          Bucket: 'streams',
          Key,
          Body: Readable.from([text.slice(0, 99_999), text.slice(99_999)]),
          ContentLength: text.length,
        }),
      );
    await put(clients.s3, 'good');
    const read = await clients.s3.send(new GetObjectCommand({ Bucket: 'streams', Key: 'good' }));
    assert.equal(await read.Body?.transformToString(), text);
    const meddling = new S3Client({
      endpoint,
      region: REGION,
      credentials: ROOT_KEY,
      maxAttempts: 1,
      forcePathStyle: true,
    });
    meddling.middlewareStack.add(
      (next) => async (args) => {
        const request = args.request as { body?: unknown };
        if (request.body instanceof Readable) request.body = Readable.from(altered(request.body));
        return next(args);
      },
      { step: 'deserialize', name: 'meddle', priority: 'low' },
    );
    assert.deepEqual(await refusalOf(() => put(meddling, 'bad')), ['BadDigest', 400]);
    const gone = await refusalOf(() => clients.s3.send(new GetObjectCommand({ Bucket: 'streams', Key: 'bad' })));
    assert.deepEqual(gone, ['NoSuchKey', 404]);
  }));

async function* altered(body: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    yield Buffer.from(
      Buffer.from(chunk as Uint8Array)
        .toString('latin1')
        .replace('flows', 'glows'),
      'latin1',
    );
  }
}

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

const pairs = (query: object): string =>
  Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');

test('a presigned S3 URL is good for what it was made for, and no longer than it says', () =>
  withVarve({}, async ({ endpoint, clients }) => {
    await clients.s3.send(new CreateBucketCommand({ Bucket: 'presigned' }));
    await clients.s3.send(new PutObjectCommand({ Bucket: 'presigned', Key: 'a key/é+.txt', Body: 'inside' }));
    const signer = new SignatureV4({
      service: 's3',
      region: REGION,
      credentials: ROOT_KEY,
      sha256: NodeHash,
      uriEscapePath: false,
    });
    const { host } = new URL(endpoint);
    const presign = async (signingDate: Date): Promise<string> => {
      const path = `/presigned/${encodeURIComponent('a key')}/${encodeURIComponent('é+.txt')}`;
      const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      const request = { method: 'GET', protocol: 'http:', hostname: 'localhost', path, headers };
      const { query = {} } = await signer.presign(request, { expiresIn: 60, signingDate });
      return `${endpoint}${path}?${pairs(query)}`;
    };
    const url = await presign(new Date());
    assert.equal(await (await fetch(url)).text(), 'inside');
    const head = await fetch(url, { method: 'DELETE' });
    assert.deepEqual([head.status, /<Code>(\w+)/.exec(await head.text())?.[1]], [403, 'SignatureDoesNotMatch']);
    const old = await fetch(await presign(new Date(Date.now() - 61_000)));
    const text = await old.text();
    assert.deepEqual([old.status, /<Message>([^<]+)/.exec(text)?.[1]], [403, 'Request has expired']);
    assert.match(text, /<X-Amz-Expires>60</);
  }));

test('a short-term Bedrock API key lets its maker in, in its region, and not for other services', () =>
  withVarve({}, async ({ endpoint }) => {
    const keyOf = async (credentials: Credentials, signingDate = new Date()): Promise<string> => {
      const signer = new SignatureV4({ service: 'bedrock', region: 'eu-west-1', credentials, sha256: NodeHash });
      const request = {
        method: 'POST',
        protocol: 'https:',
        hostname: 'bedrock.amazonaws.com',
        path: '/',
        headers: { host: 'bedrock.amazonaws.com' },
        query: { Action: 'CallWithBearerToken' },
      };
      const { query = {} } = await signer.presign(request, { expiresIn: 3600, signingDate });
      return `bedrock-api-key-${Buffer.from(`bedrock.amazonaws.com/?${pairs(query)}&Version=1`).toString('base64')}`;
    };
    const list = async (token: string): Promise<void> => {
      const client = new BedrockClient({
        endpoint,
        region: 'eu-west-1',
        token: { token },
        authSchemePreference: ['httpBearerAuth'],
        maxAttempts: 1,
      });
      await client.send(new ListFoundationModelsCommand({}));
    };
    const key = await keyOf(ROOT_KEY);
    await list(key);
    const wrong = await keyOf({ ...ROOT_KEY, secretAccessKey: 'wrong' });
    const old = await keyOf(ROOT_KEY, new Date(Date.now() - 3_700_000));
    for (const token of [wrong, old, 'nonsense']) {
      assert.deepEqual(await refusalOf(() => list(token)), ['AccessDeniedException', 403]);
    }
    // A bearer token means Bedrock: calls of other services are none of Bedrock's.
    const target = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.DescribeLogGroups' };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const others: [path: string, init: RequestInit][] = [
      ['/bucket/key', {}],
      ['/', { method: 'POST', headers: target, body: '{}' }],
      ['/', { method: 'POST', headers: form, body: 'Action=GetCallerIdentity&Version=2011-06-15' }],
    ];
    for (const [path, init] of others) {
      const headers = { ...(init.headers as Record<string, string> | undefined), authorization: `Bearer ${key}` };
      const response = await fetch(`${endpoint}${path}`, { ...init, headers });
      assert.deepEqual([response.status, response.headers.get('x-amzn-errortype')], [404, 'UnknownOperationException']);
    }
  }));
