/** Varve's own paths that need a signature: who is let in, and how a refusal reads. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { test } from 'node:test';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { type SigningCredentials, signRequest } from '#wire';
import { ACCOUNT, ROOT_KEY } from '../harness.ts';
import { shareVarve } from '../shared.ts';

const varve = await shareVarve({ hosts: ['varve.example'] });
const PATH = '/_varve/denials/no-such-request';

interface Parts {
  readonly method?: string;
  readonly target?: string;
  readonly host?: string;
  readonly service?: string;
  readonly credentials?: SigningCredentials;
  readonly nowMs?: number;
  readonly body?: string;
  /** Sent instead of what was signed. */
  readonly sentBody?: string;
  readonly sentTarget?: string;
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

async function ask(parts: Parts, alter: (headers: Record<string, string>) => void = () => undefined): Promise<Answer> {
  const {
    method = 'GET',
    target = PATH,
    service = 'varve',
    credentials = ROOT_KEY,
    nowMs = Date.now(),
    body = '',
  } = parts;
  const headers = signRequest({
    method,
    target,
    headers: { host: parts.host ?? new URL(varve.endpoint).host },
    service,
    region: 'eu-west-3',
    credentials,
    bodySha256Hex: createHash('sha256').update(body).digest('hex'),
    nowMs,
  });
  alter(headers);
  return send(method, parts.sentTarget ?? target, headers, parts.sentBody ?? body);
}

async function send(method: string, target: string, headers: Record<string, string>, body: string): Promise<Answer> {
  const { hostname, port } = new URL(varve.endpoint);
  const sent = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path: target, headers: sent }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => {
        const { code = '', message = '' } = JSON.parse(text) as { code?: string; message?: string };
        const requestId = incoming.headers['x-amzn-requestid'];
        resolve({ status: incoming.statusCode ?? 0, code, message, requestId: requestId ? String(requestId) : null });
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

test('root is let in with a signature for the service varve, whatever the Region', async () => {
  const { status, code, requestId } = await ask({});
  assert.deepEqual([status, code], [404, 'NoSuchDenial']);
  assert.match(requestId ?? '', /^[0-9a-f-]{36}$/);
  assert.equal((await ask({ target: `${PATH}?a=b` })).code, 'NoSuchDenial');
});

test('a request that is unsigned, signed for another service or wrongly, or too old is refused', async () => {
  const host = new URL(varve.endpoint).host;
  const unsigned = await send('GET', PATH, { host }, '');
  assert.deepEqual([unsigned.status, unsigned.code], [403, 'MissingAuthenticationTokenException']);
  assert.doesNotMatch(unsigned.message, /denied by a policy/);
  const wrong: readonly [string, Promise<Answer>, RegExp][] = [
    ['scope of bedrock', ask({ service: 'bedrock' }), /^InvalidSignatureException$/],
    ['wrong secret', ask({ credentials: { ...ROOT_KEY, secretAccessKey: 'x' } }), /^InvalidSignatureException$/],
    ['unknown key', ask({ credentials: { ...ROOT_KEY, accessKeyId: 'AKIANOBODY0000000000' } }), /^UnrecognizedClient/],
    ['too old', ask({ nowMs: Date.now() - 6 * 60_000 }), /^InvalidSignatureException$/],
    ['another body', ask({ sentBody: 'altered' }), /^InvalidSignatureException$/],
    ['another path', ask({ sentTarget: '/_varve/denials/another' }), /^InvalidSignatureException$/],
    ['Basic', ask({}, (headers) => (headers['authorization'] = 'Basic cm9vdDpyb290')), /^MissingAuthentication/],
    ['bearer', ask({}, (headers) => (headers['authorization'] = 'Bearer ABSKabc')), /^MissingAuthentication/],
  ];
  for (const [name, asked, expected] of wrong) {
    const { status, code } = await asked;
    assert.equal(status, 403, name);
    assert.match(code, expected, name);
  }
  const presigned = `${PATH}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${ROOT_KEY.accessKeyId}%2F20261121%2Fus-east-1%2Fvarve%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=${'0'.repeat(64)}`;
  assert.equal((await send('GET', presigned, { host }, '')).code, 'MissingAuthenticationTokenException');
});

test('a good signature does not help at a host name that is not configured', async () => {
  const refused = await ask({ host: 'evil.example' });
  assert.equal(refused.status, 403);
  assert.match(refused.message, /host name is not allowed/);
  assert.equal((await ask({ host: 'varve.example' })).code, 'NoSuchDenial');
});

test('other methods, and paths that are almost one, are told apart', async () => {
  assert.deepEqual((await ask({ method: 'DELETE' })).status, 405);
  for (const target of [
    '/_varve/denials/',
    '/_varve/denials',
    '/_varve/denials/a/b',
    '/_varve/denials/%zz',
    '/_varve/x',
  ]) {
    const { status, message } = await ask({ target });
    assert.equal(status, 404, target);
    assert.match(message, /There is nothing at/, target);
  }
  const large = await ask({ body: 'x'.repeat(65_537) });
  assert.deepEqual([large.status, large.code], [413, 'RequestEntityTooLarge']);
});

test('a session is let in when the policies of its role say so', async () => {
  const { iam, sts } = varve.clients;
  const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' };
  const documentOf = (statement: unknown): string => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(new CreateRoleCommand({ RoleName: 'asker', AssumeRolePolicyDocument: documentOf(trust) }));
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/asker`, RoleSessionName: 'asking' }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  const refused = await ask({ credentials });
  assert.deepEqual([refused.status, refused.code], [403, 'AccessDeniedException']);
  const explained = await ask({ target: `/_varve/denials/${refused.requestId}` });
  assert.equal(explained.status, 200, 'that too was a denial');
  const allow = { Effect: 'Allow', Action: 'varve:*', Resource: '*' };
  const PolicyDocument = documentOf(allow);
  await iam.send(new PutRolePolicyCommand({ RoleName: 'asker', PolicyName: 'ask', PolicyDocument }));
  assert.equal((await ask({ credentials })).code, 'NoSuchDenial');
});
