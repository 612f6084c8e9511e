/** What must not get out, and who must not get in. */
import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConverseCommand, ConverseStreamCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { destroyClients, makeClients, ROOT_KEY, withVarve } from '../harness.ts';
import { BUCKET, GROUP, logToBoth, makeBucket, ROLE_ARN } from '../logging.ts';
import { linesInGroup, recordInBucket } from '../records.ts';
import { startTestServer } from './in-process.ts';
import {
  call,
  converseBody,
  converseTarget,
  exchange,
  signedHeaders,
  signedMessage,
  withServerProcess,
} from './support.ts';

const UNSIGNED: readonly (readonly [string, string, number, RegExp])[] = [
  ['bedrock-runtime', `POST ${converseTarget()} HTTP/1.1`, 403, /MissingAuthenticationToken/],
  ['bedrock', 'GET /foundation-models HTTP/1.1', 403, /MissingAuthenticationToken/],
  ['bedrock, writing', 'PUT /logging/modelinvocations HTTP/1.1', 403, /MissingAuthenticationToken/],
  ['s3', 'GET / HTTP/1.1', 403, /AccessDenied/],
  ['s3, an object', 'GET /a-bucket/key HTTP/1.1', 403, /AccessDenied/],
  ['s3, writing', 'PUT /a-bucket/key HTTP/1.1', 403, /AccessDenied/],
  [
    'logs',
    'POST / HTTP/1.1\r\nx-amz-target: Logs_20140328.DescribeLogGroups\r\ncontent-type: application/x-amz-json-1.1',
    400,
    /MissingAuthenticationToken/,
  ],
  [
    'iam',
    'POST /?Action=ListRoles&Version=2010-05-08 HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded',
    403,
    /MissingAuthenticationToken/,
  ],
  [
    'sts',
    'POST /?Action=GetCallerIdentity&Version=2011-06-15 HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded',
    403,
    /MissingAuthenticationToken/,
  ],
];

test('an unsigned request is refused in every service, in its own words', async () => {
  const server = await startTestServer();
  try {
    for (const [name, head, status, words] of UNSIGNED) {
      const reply = await exchange(server.endpoint, `${head}\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n`);
      assert.equal(reply.status, status, `${name}: ${reply.text}`);
      assert.match(reply.text, words, name);
    }
  } finally {
    await server.stop();
  }
});

test('the unsigned paths answer only to loopback and configured host names, and reset only to programs on this machine', async () => {
  const server = await startTestServer({ hosts: ['varve.example'], allowReset: true });
  const ask = (method: string, path: string, host: string, more = ''): Promise<number> =>
    exchange(server.endpoint, `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 0\r\n${more}\r\n`).then(
      ({ status }) => status,
    );
  try {
    for (const host of ['localhost', '127.0.0.1:4650', '[::1]:4650', 'varve.example', 'VARVE.example:80'])
      assert.equal(await ask('GET', '/_varve/health', host), 200, host);
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'varve.example.evil',
      '169.254.1.1',
      '',
    ]) {
      for (const path of ['/_varve/health', '/_varve/metrics', '/_varve/reset', '/_varve/console/'])
        assert.equal(await ask('GET', path, host), 403, `${host} ${path}`);
      assert.equal(await ask('POST', '/_varve/reset', host), 403, host);
    }
    for (const origin of ['http://evil.example', 'http://localhost:4650', 'null'])
      assert.equal(await ask('POST', '/_varve/reset', 'localhost', `origin: ${origin}\r\n`), 403, origin);
    assert.equal(await ask('POST', '/_varve/reset', 'localhost', 'sec-fetch-site: cross-site\r\n'), 403);
  } finally {
    await server.stop();
  }
});

const outside = Object.values(networkInterfaces())
  .flat()
  .find((each) => each && !each.internal && each.family === 'IPv4')?.address;

test(
  'off loopback metrics need the token, and nothing resets',
  { skip: outside ? false : 'this machine has no other address' },
  async () => {
    const address = outside ?? '';
    const token = 'a-token-for-metrics';
    const server = await startTestServer({
      listen: `${address}:0`,
      hosts: [address],
      metricsToken: token,
      allowReset: true,
    });
    const ask = async (method: string, path: string, authorization?: string): Promise<number> =>
      (
        await fetch(`${server.endpoint}${path}`, {
          method,
          headers: authorization === undefined ? {} : { authorization },
        })
      ).status;
    try {
      assert.equal(await ask('GET', '/_varve/health'), 200);
      assert.equal(await ask('GET', '/_varve/metrics'), 401);
      assert.equal(await ask('GET', '/_varve/metrics', `Bearer ${token}x`), 401);
      assert.equal(await ask('GET', '/_varve/metrics', token), 401);
      assert.equal(await ask('GET', '/_varve/metrics', `Bearer ${token}`), 200);
      assert.equal(await ask('POST', '/_varve/reset', `Bearer ${token}`), 403);
    } finally {
      await server.stop();
    }
  },
);

test('two resets at once do one after the other, and calls work afterwards', async () => {
  const server = await startTestServer({ allowReset: true });
  const reset = (): Promise<number> =>
    exchange(server.endpoint, 'POST /_varve/reset HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n').then(
      ({ status }) => status,
    );
  try {
    assert.deepEqual(await Promise.all([reset(), reset(), reset()]), [200, 200, 200]);
    const reply = await call(server.endpoint, { target: converseTarget(), body: converseBody('a') });
    assert.equal(reply.status, 200, reply.text);
  } finally {
    await server.stop();
  }
});

test('keys and bucket names that climb out of a folder stay names', () =>
  withVarve({}, async ({ clients, dataDir, endpoint }) => {
    await makeBucket(clients);
    for (const key of [
      '../../escaped',
      '..',
      '.',
      'a/../../b',
      '/etc/passwd',
      'a//b',
      'a\u0001b',
      '%2e%2e%2fx',
      'state.sqlite',
      'å'.repeat(500),
    ]) {
      const put = await call(endpoint, {
        service: 's3',
        method: 'PUT',
        target: `/${BUCKET}/${encodeURIComponent(key)}`,
        body: key,
        headers: { 'content-type': 'text/plain' },
      });
      assert.equal(put.status, 200, `${key}: ${put.text}`);
      const got = await call(endpoint, {
        service: 's3',
        method: 'GET',
        target: `/${BUCKET}/${encodeURIComponent(key)}`,
      });
      assert.equal(Buffer.from(got.body, 'latin1').toString(), key);
    }
    for (const bucket of ['..', '%2e%2e', '..%2f..', 'a%2fb', '.', 'UPPER', 'a'.repeat(64), '%00']) {
      const made = await call(endpoint, { service: 's3', method: 'PUT', target: `/${bucket}` });
      assert.ok(made.status >= 400 && made.status < 500, `${bucket}: ${made.text}`);
    }
    for (const path of await walk(join(dataDir, '..'), 1)) assert.doesNotMatch(path, /escaped/);
  }));

test('every file of the data directory is 0600 and every directory 0700', () =>
  withVarve({}, async ({ clients, dataDir, varve }) => {
    await logToBoth(clients);
    const { $metadata } = await clients.runtime.send(
      new ConverseCommand({
        modelId: 'varve.echo-v1',
        messages: [{ role: 'user', content: [{ text: 'x '.repeat(400_000) }] }],
      }),
    );
    await recordInBucket(clients, BUCKET, $metadata.requestId);
    await clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'own', Body: 'x' }));
    await linesInGroup(clients, GROUP);
    await varve.flush();
    const open: string[] = [];
    for (const path of [dataDir, ...(await walk(dataDir, 20))]) {
      const found = await stat(path).catch(() => undefined);
      // Removed meanwhile.
      if (!found || found.isSocket()) continue;
      const mode = found.mode & 0o777;
      if (mode !== (found.isDirectory() ? 0o700 : 0o600))
        open.push(`${path.slice(dataDir.length)} ${mode.toString(8)}`);
    }
    assert.deepEqual(open, []);
  }));

async function walk(directory: string, depth: number): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    paths.push(path);
    if (entry.isDirectory() && depth > 1) paths.push(...(await walk(path, depth - 1)));
  }
  return paths;
}

test('no prompt, answer, secret, token or Authorization header gets into the log, not even at its most talkative', () =>
  withServerProcess({ logLevel: 'trace' }, async ({ endpoint, log }) => {
    const clients = makeClients(endpoint);
    await logToBoth(clients);
    const prompt = 'PROMPT-THAT-IS-SECRET';
    const messages = [{ role: 'user' as const, content: [{ text: prompt }] }];
    const fail = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
    await clients.runtime.send(new ConverseCommand({ modelId: 'varve.echo-v1', messages }));
    const { stream } = await clients.runtime.send(new ConverseStreamCommand({ modelId: 'varve.echo-v1', messages }));
    for await (const event of stream ?? []) assert.ok(event);
    await clients.runtime.send(new InvokeModelCommand({ modelId: 'varve.echo-v1', body: JSON.stringify({ prompt }) }));
    const error = { code: 'InternalServerException', message: 'ANSWER-THAT-IS-SECRET' };
    await fail(
      clients.runtime.send(
        new ConverseCommand({ modelId: 'varve.echo-v1', messages, additionalModelRequestFields: { varve: { error } } }),
      ),
    );
    await fail(
      clients.runtime.send(new InvokeModelCommand({ modelId: 'no.such-model', body: JSON.stringify({ prompt }) })),
    );
    await fail(clients.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'nothing' })));
    const session = await fail(clients.sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'a' })));
    await call(endpoint, { target: converseTarget(), body: `{"messages":"${prompt}"` });
    const { authorization = '' } = signedHeaders(endpoint, { target: converseTarget() });
    await exchange(
      endpoint,
      signedMessage(endpoint, { target: converseTarget(), body: converseBody(prompt) })
        .toString('latin1')
        .replace(/Signature=\w{8}/, 'Signature=00000000'),
    );
    await exchange(
      endpoint,
      `POST ${converseTarget()} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer BEARER-THAT-IS-SECRET\r\ncontent-length: 0\r\n\r\n`,
    );
    await recordInBucket(
      clients,
      BUCKET,
      (await clients.runtime.send(new ConverseCommand({ modelId: 'varve.echo-v1', messages }))).$metadata.requestId,
    );
    destroyClients(clients);
    const text = log();
    assert.match(text, /"operation":"Converse"/);
    const token = (session as { Credentials?: { SessionToken?: string } }).Credentials?.SessionToken ?? 'no token';
    for (const secret of [
      prompt,
      'THAT-IS-SECRET',
      ROOT_KEY.secretAccessKey,
      authorization.slice(-32),
      'Signature=',
      token,
    ]) {
      assert.ok(!text.includes(secret), `${secret} stands in the log`);
    }
  }));
