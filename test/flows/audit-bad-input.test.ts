/** What the audit trail tells of requests that are malformed, broken off, too large or signed for Regions that are not there. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { test } from 'node:test';
import { CreateLogGroupCommand, FilterLogEventsCommand, StartQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { AuditEvent } from '#records';
import { signRequest } from '#wire';
import { ECHO, invoke, refusal } from '../calls.ts';
import { ACCOUNT, destroyClients, makeClients, REGION, ROOT_KEY, type TestVarve, withVarve } from '../harness.ts';
import { auditEvents } from '../journal-entries.ts';
import { signedFetch } from '../signed-fetch.ts';

const SECRET = 'what-nobody-may-read';

/** A signed POST of a body that no SDK would send. */
function post({ endpoint }: TestVarve, service: string, target: string, body: string): Promise<Response> {
  const headers = signRequest({
    method: 'POST',
    target,
    headers: { host: new URL(endpoint).host, 'content-type': 'application/json' },
    service,
    region: REGION,
    credentials: ROOT_KEY,
    bodySha256Hex: createHash('sha256').update(body).digest('hex'),
    nowMs: Date.now(),
  });
  return fetch(`${endpoint}${target}`, { method: 'POST', headers, body });
}

async function metrics({ endpoint }: TestVarve): Promise<string> {
  return (await fetch(`${endpoint}/_varve/metrics`)).text();
}

function only(events: readonly AuditEvent[], name: string): AuditEvent {
  const found = events.filter(({ eventName }) => eventName === name);
  assert.equal(found.length, 1, `${found.length} events of ${name}`);
  return found[0] as AuditEvent;
}

test('what is wrong with hidden values is told without them; their callers are told with them', () =>
  withVarve({}, async (running) => {
    const message = { role: SECRET, content: [{ text: SECRET }] };
    const told = await post(running, 'bedrock', `/model/${ECHO}/converse`, JSON.stringify({ messages: [message] }));
    assert.match(await told.text(), new RegExp(`Value '${SECRET}' at 'messages.1.member.role'`));
    const metadata = JSON.stringify({ requestMetadata: { [`${SECRET}|`.repeat(30)]: 'v' }, messages: [] });
    await post(
      running,
      'bedrock',
      `/model/${ECHO}/count-tokens`,
      `{"input":{"converse":{"messages":[${JSON.stringify(message)}]}}}`,
    );
    await post(running, 'bedrock', `/model/${ECHO}/converse-stream`, metadata);
    const error = {
      code: 'ValidationException',
      message: `1 validation error detected: Value '${SECRET}' at 'prompt' failed to satisfy constraint: Member must be kind`,
    };
    await refusal(invoke(running.clients.runtime, { prompt: 'hello', varve: { error } }));
    const { logs } = running.clients;
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'g' }));
    await refusal(logs.send(new FilterLogEventsCommand({ logGroupName: 'g', filterPattern: SECRET.repeat(60) })));
    const bad = new StartQueryCommand({
      logGroupName: 'g',
      startTime: 1,
      endTime: 2,
      queryString: `fields ${SECRET}(1)`,
    });
    await refusal(logs.send(bad));
    await refusal(logs.send(new CreateLogGroupCommand({ logGroupName: 'no such name' })));
    const events = await auditEvents(running);
    assert.ok(!JSON.stringify(events).includes(SECRET), JSON.stringify(events));
    assert.equal(
      only(events, 'Converse').errorMessage,
      "1 validation error detected: Value at 'messages.1.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant, system]",
    );
    assert.deepEqual(only(events, 'Converse').requestParameters, { modelId: ECHO });
    assert.equal(
      only(events, 'InvokeModel').errorMessage,
      "1 validation error detected: Value at 'prompt' failed to satisfy constraint: Member must be kind",
    );
    assert.equal(only(events, 'StartQuery').errorCode, 'MalformedQueryException');
    const shown = events.find(({ errorCode, eventName }) => errorCode !== undefined && eventName === 'CreateLogGroup');
    assert.match(shown?.errorMessage ?? '', /Value 'no such name' at 'logGroupName'/);
  }));

test('a data event of a malformed request names what its path names: selectors find it', () =>
  withVarve({}, async (running) => {
    await post(running, 'bedrock', '/guardrail/gr1/version/1/apply', `{"source":"${SECRET}"`);
    await post(running, 'bedrock', '/knowledgebases/KB1/retrieve', '{"retrievalQuery":7}');
    const events = await auditEvents(running);
    const arn = `arn:aws:bedrock:${REGION}:${ACCOUNT}`;
    assert.deepEqual(only(events, 'ApplyGuardrail').resources, [
      { ARN: `${arn}:guardrail/gr1`, accountId: ACCOUNT, type: 'AWS::Bedrock::Guardrail' },
    ]);
    assert.deepEqual(only(events, 'Retrieve').requestParameters, { knowledgeBaseId: 'KB1' });
    assert.deepEqual(only(events, 'Retrieve').resources, [
      { ARN: `${arn}:knowledge-base/KB1`, accountId: ACCOUNT, type: 'AWS::Bedrock::KnowledgeBase' },
    ]);
  }));

test('a body that is too large is refused and told; one that breaks off is nobody’s failure but the caller’s', () =>
  withVarve({}, async (running) => {
    const body = `{"prompt":"${SECRET}${' '.repeat(26_000_000)}"}`;
    const bodySha256Hex = createHash('sha256').update(body).digest('hex');
    const { host } = new URL(running.endpoint);
    const signed = { region: REGION, credentials: ROOT_KEY, nowMs: Date.now() };
    const target = `/model/${ECHO}/invoke`;
    const headers = signRequest({
      ...signed,
      method: 'POST',
      target,
      headers: { host, 'x-amz-content-sha256': bodySha256Hex },
      service: 'bedrock',
      bodySha256Hex,
    });
    const answer = await fetch(`${running.endpoint}${target}`, { method: 'POST', headers, body });
    assert.equal(answer.status, 400);
    await running.clients.s3.send(new CreateBucketCommand({ Bucket: 'halves' }));
    const put = signRequest({
      ...signed,
      method: 'PUT',
      target: '/halves/a',
      headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'content-length': '1000000' },
      service: 's3',
      bodySha256Hex: 'UNSIGNED-PAYLOAD',
    });
    const head = { ...put, expect: '100-continue' };
    await new Promise<void>((resolve) => {
      const half = request(`${running.endpoint}/halves/a`, { method: 'PUT', headers: head });
      half.on('error', () => resolve());
      half.on('continue', () => half.write(Buffer.alloc(100_000), () => half.destroy(new Error('that will do'))));
    });
    while (!(await metrics(running)).includes('operation="PutObject"'));
    const events = await auditEvents(running);
    assert.equal(only(events, 'InvokeModel').errorCode, 'ValidationException');
    assert.equal(only(events, 'InvokeModel').requestId, answer.headers.get('x-amzn-requestid'));
    assert.deepEqual(only(events, 'InvokeModel').requestParameters, { modelId: ECHO });
    assert.equal(only(events, 'PutObject').errorCode, 'RequestTimeout');
  }));

test('an event of a bucket is of its Region, whatever Region a request is signed for; Regions that are none are refused', () =>
  withVarve({}, async (running) => {
    await running.clients.s3.send(new CreateBucketCommand({ Bucket: 'at-home' }));
    const away = makeClients(running.endpoint, 'eu-west-1');
    const nowhere = makeClients(running.endpoint, 'us-nowhere-1');
    await away.s3.send(new PutObjectCommand({ Bucket: 'at-home', Key: 'a', Body: 'x' }));
    await away.sts.send(new GetCallerIdentityCommand({}));
    const told = await refusal(nowhere.sts.send(new GetCallerIdentityCommand({})));
    assert.equal(told.name, 'SignatureDoesNotMatch');
    assert.equal(
      (await refusal(nowhere.s3.send(new PutObjectCommand({ Bucket: 'at-home', Key: 'b', Body: 'x' })))).name,
      'AuthorizationHeaderMalformed',
    );
    destroyClients(away);
    destroyClients(nowhere);
    assert.equal((await signedFetch(running.endpoint, 'GET', '/_varve/alerts')).status, 200);
    const events = await auditEvents(running);
    assert.equal(only(events, 'PutObject').region, REGION);
    assert.equal(only(events, 'GetCallerIdentity').region, 'eu-west-1');
  }));

test('a Region that AWS has opened since is taken when the configuration names it', () =>
  withVarve({ regions: ['eu-nova-12'] }, async (running) => {
    const newer = makeClients(running.endpoint, 'eu-nova-12');
    await newer.sts.send(new GetCallerIdentityCommand({}));
    destroyClients(newer);
    assert.equal(only(await auditEvents(running), 'GetCallerIdentity').region, 'eu-nova-12');
  }));
