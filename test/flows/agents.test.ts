/** Agent runtime calls, which Varve does not answer itself: forwarded to an upstream that the test plays. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, beforeEach, test } from 'node:test';
import {
  BedrockAgentRuntimeClient,
  CreateSessionCommand,
  EndSessionCommand,
  GetAgentMemoryCommand,
  GetSessionCommand,
  InvokeAgentCommand,
  type InvokeAgentCommandOutput,
  InvokeFlowCommand,
  InvokeInlineAgentCommand,
  ListTagsForResourceCommand,
  RetrieveAndGenerateCommand,
  RetrieveCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-bedrock-agent-runtime';
import { GetAgentCommand, ListTagsForResourceCommand as ListBuiltTagsCommand } from '@aws-sdk/client-bedrock-agent';
import {
  ApplyGuardrailCommand,
  type ApplyGuardrailCommandInput,
  StartAsyncInvokeCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { BedrockClient } from '@aws-sdk/client-bedrock';
import type { HttpHandlerOptions, HttpRequest } from '@smithy/types';
import { parseAuthorization, verifySignature } from '#wire';
import { layCable } from '../cable.ts';
import { allOf, refusal } from '../calls.ts';
import { ACCOUNT, makeClients, REGION, ROOT_KEY, withVarve } from '../harness.ts';
import { auditEvents } from '../journal-entries.ts';
import { shortTermKey } from '../short-term-key.ts';
import { shareVarve } from '../shared.ts';
import { EVENT_STREAM, forwardedTo, frame, type MockUpstream, startMockUpstream, UPSTREAM_KEY } from '../upstream.ts';

const mock = await startMockUpstream(() => undefined);
const varve = await shareVarve(forwardedTo(mock.url));
after(() => mock.close());
beforeEach(() => {
  mock.seen.length = 0;
});
const { agentRuntime, agent, runtime, iam } = varve.clients;

const SESSION = '11111111-2222-4333-8444-555555555555';
const SESSION_ARN = `arn:aws:bedrock:${REGION}:${ACCOUNT}:session/${SESSION}`;
const AGENT = { agentId: 'AGENT12345', agentAliasId: 'ALIAS12345', sessionId: 'talk-1' };
const ASKED = new InvokeAgentCommand({ ...AGENT, inputText: 'What is in stock?' });
const QUERY = { knowledgeBaseId: 'KB12345678', retrievalQuery: { text: 'x' } };
const GUARD: ApplyGuardrailCommandInput = {
  guardrailIdentifier: 'gr0123456789',
  guardrailVersion: '1',
  source: 'INPUT',
  content: [{ text: { text: 'hello' } }],
};
const MIB = 1024 * 1024;

function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': 'theirs', ...headers });
  response.end(JSON.stringify(value));
}

function stream(response: ServerResponse, ...frames: Buffer[]): void {
  response.writeHead(200, {
    'content-type': EVENT_STREAM,
    'x-amzn-requestid': 'theirs',
    'x-amz-bedrock-agent-session-id': 'talk-1',
    'x-amzn-bedrock-agent-content-type': 'application/json',
  });
  response.flushHeaders();
  for (const each of frames) response.write(each);
}

function chunk(text: string): Buffer {
  return frame('chunk', { bytes: Buffer.from(text).toString('base64') });
}

async function textsOf(completion: InvokeAgentCommandOutput['completion']): Promise<string[]> {
  const events = await allOf(completion);
  return events.map((event) => Buffer.from(event.chunk?.bytes ?? []).toString());
}

/** The signature that came holds for the server's own key. */
function checkSignature(seen: MockUpstream['seen'][number]): void {
  const headers = seen.headers as Record<string, string>;
  const head = { method: seen.method, target: seen.target, headers };
  const authorization = parseAuthorization(head);
  assert.ok(authorization.kind === 'header', 'it is not signed');
  assert.equal(authorization.accessKeyId, UPSTREAM_KEY.accessKeyId);
  assert.ok(
    verifySignature(authorization, head, {
      secret: UPSTREAM_KEY.secretAccessKey,
      bodySha256Hex: headers['x-amz-content-sha256'],
      nowMs: Date.now(),
      rule: 'standard',
      signingNames: ['bedrock'],
    }),
  );
}

test('a call goes on as it came, signed anew: method, path with its escapes, query, body', async () => {
  mock.answer = (_, response) => json(response, 200, { memoryContents: [] });
  await agentRuntime.send(
    new GetAgentMemoryCommand({ ...AGENT, memoryType: 'SESSION_SUMMARY', memoryId: 'who:ever', maxItems: 7 }),
  );
  await agentRuntime.send(new EndSessionCommand({ sessionIdentifier: SESSION_ARN })).catch(() => undefined);
  await agentRuntime.send(new UntagResourceCommand({ resourceArn: SESSION_ARN, tagKeys: ['a b', 'c/d=e:@'] }));
  const body = { knowledgeBaseId: 'KB12345678', retrievalQuery: { text: 'ä "quoted" \u2028' } };
  await agentRuntime.send(new RetrieveCommand(body));
  const [memory, end, untag, retrieve] = mock.seen;
  assert.equal(
    `${memory?.method} ${memory?.target}`,
    'GET /agents/AGENT12345/agentAliases/ALIAS12345/memories?maxItems=7&memoryId=who%3Aever&memoryType=SESSION_SUMMARY',
  );
  assert.deepEqual([memory?.body.length, memory?.headers['content-length']], [0, undefined]);
  assert.equal(`${end?.method} ${end?.target}`, `PATCH /sessions/${encodeURIComponent(SESSION_ARN)}`);
  assert.equal(untag?.target, `/tags/${encodeURIComponent(SESSION_ARN)}?tagKeys=a%20b&tagKeys=c%2Fd%3De%3A%40`);
  assert.equal(retrieve?.body.toString(), JSON.stringify({ retrievalQuery: body.retrievalQuery }));
  for (const seen of mock.seen) {
    checkSignature(seen);
    assert.equal(seen.headers['x-amz-security-token'], undefined);
    assert.equal(seen.headers['user-agent'], undefined, "who calls is nobody else's business");
  }
});

test("the answer comes back as it is: status, headers and members; the request id is the caller's own", async () => {
  const createdAt = '2026-11-21T09:30:00.123Z';
  const answer = { sessionId: SESSION, sessionArn: SESSION_ARN, sessionStatus: 'ACTIVE', createdAt };
  mock.answer = (_, response) => json(response, 201, answer, { 'x-more': 'of theirs', connection: 'close' });
  let raw: { statusCode?: number; headers?: Record<string, string> } = {};
  const command = new CreateSessionCommand({});
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      raw = result.response as typeof raw;
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  const got = await agentRuntime.send(command);
  assert.deepEqual([got.sessionId, got.createdAt], [SESSION, new Date(createdAt)]);
  assert.deepEqual(
    [raw.statusCode, raw.headers?.['x-more'], raw.headers?.['connection']],
    [201, 'of theirs', undefined],
  );
  assert.match(got.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
});

test('each frame of an agent reaches the caller before the upstream sends the next', async () => {
  const sent = Promise.withResolvers<ServerResponse>();
  mock.answer = (_, response) => {
    // The SDK gives the answer out when it has the first.
    stream(response, chunk('one'));
    sent.resolve(response);
  };
  const { completion, sessionId, contentType } = await agentRuntime.send(ASKED);
  assert.deepEqual([sessionId, contentType], ['talk-1', 'application/json']);
  const response = await sent.promise;
  const events = completion?.[Symbol.asyncIterator]() ?? assert.fail('no stream');
  // Were any frame held back, this would never end.
  for (const text of ['one', 'two', 'three']) {
    if (text !== 'one') response.write(chunk(text));
    const { value } = (await events.next()) as { value: { chunk?: { bytes?: Uint8Array } } };
    assert.equal(Buffer.from(value.chunk?.bytes ?? []).toString(), text);
  }
  response.end();
  assert.equal((await events.next()).done, true);
});

test('to a client of HTTP/1.1 the stream goes as well, byte for byte, with frames that nobody knows', async () => {
  const shared = { endpoint: varve.endpoint, region: REGION, credentials: { ...ROOT_KEY }, maxAttempts: 1 };
  // The clients without event streams speak HTTP/1.1.
  const { requestHandler } = new BedrockClient(shared).config;
  const received: Buffer[] = [];
  const client = new BedrockAgentRuntimeClient({
    ...shared,
    requestHandler: {
      ...requestHandler,
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async (request: HttpRequest, options?: HttpHandlerOptions) => {
        const { response } = await requestHandler.handle(request, options);
        (response.body as IncomingMessage).on('data', (bytes: Buffer) => received.push(bytes));
        return { response };
      },
    },
  });
  const frames = [chunk('a'), frame('somethingNew', { is: 'here' }), chunk('b')];
  mock.answer = (_, response) => {
    stream(response, ...frames);
    response.end();
  };
  try {
    const { completion } = await client.send(ASKED);
    assert.deepEqual(await textsOf(completion), ['a', 'b']);
    assert.deepEqual(Buffer.concat(received), Buffer.concat(frames));
  } finally {
    client.destroy();
    requestHandler.destroy?.();
  }
});

test("the upstream's refusals come back with their code, status and text", async () => {
  const refusals: [number, string][] = [
    [400, 'ValidationException'],
    [403, 'AccessDeniedException'],
    [404, 'ResourceNotFoundException'],
    [429, 'ThrottlingException'],
    [500, 'InternalServerException'],
  ];
  for (const [status, code] of refusals) {
    mock.answer = (_, response) =>
      json(response, status, { message: `no: ${code}` }, { 'x-amzn-errortype': `${code}:http://internal.amazon.com/` });
    for (const call of [() => agentRuntime.send(ASKED), () => agentRuntime.send(new RetrieveCommand(QUERY))]) {
      const told = await refusal(call());
      assert.deepEqual([told.name, told.message, told.status], [code, `no: ${code}`, status]);
      assert.match(told.requestId, /^[0-9a-f-]{36}$/);
    }
  }
});

test("an exception within a stream is the caller's; a stream that breaks off or falls silent ends with one of AWS's", () =>
  withVarve(forwardedTo(mock.url, { idleTimeout: '300ms' }), async ({ clients }) => {
    const cases: [(response: ServerResponse) => void, string, string?][] = [
      [
        (response) => response.end(frame('throttlingException', { message: 'slowly' }, 'exception')),
        'ThrottlingException',
        'slowly',
      ],
      [(response) => setImmediate(() => response.destroy()), 'BadGatewayException'],
      [() => undefined, 'DependencyFailedException'],
    ];
    for (const [finish, code, message] of cases) {
      mock.answer = (_, response) => {
        stream(response, chunk('so far'));
        finish(response);
      };
      const { completion } = await clients.agentRuntime.send(ASKED);
      const events = completion?.[Symbol.asyncIterator]() ?? assert.fail('no stream');
      const first = (await events.next()) as { value: { chunk?: { bytes?: Uint8Array } } };
      assert.equal(Buffer.from(first.value.chunk?.bytes ?? []).toString(), 'so far');
      const told = await refusal(events.next());
      assert.equal(told.name, code);
      if (message !== undefined) assert.equal(told.message, message);
    }
  }));

test('an upstream that is not there is ServiceUnavailableException 503, one that does not answer DependencyFailedException 424', async () => {
  mock.answer = () => undefined;
  await withVarve(forwardedTo(mock.url, { firstByteTimeout: '300ms' }), async ({ clients }) => {
    const silent = await refusal(clients.agentRuntime.send(new RetrieveCommand(QUERY)));
    assert.deepEqual([silent.name, silent.status], ['DependencyFailedException', 424]);
  });
  await withVarve(forwardedTo('http://127.0.0.1:9', { connectTimeout: '500ms' }), async ({ clients }) => {
    const gone = await refusal(clients.agentRuntime.send(new RetrieveCommand(QUERY)));
    assert.deepEqual([gone.name, gone.status], ['ServiceUnavailableException', 503]);
  });
});

test('when the caller goes, so does the call to the upstream, before an answer and within one', () =>
  withVarve(forwardedTo(mock.url), async ({ endpoint }) => {
    const cable = await layCable(endpoint);
    const { agentRuntime: leaver, ...others } = makeClients(cable.endpoint);
    try {
      const asked = Promise.withResolvers<ServerResponse>();
      mock.answer = (_, response) => asked.resolve(response);
      const abort = new AbortController();
      const refused = assert.rejects(leaver.send(new RetrieveCommand(QUERY), { abortSignal: abort.signal }));
      const unanswered = once(await asked.promise, 'close');
      abort.abort();
      await Promise.all([unanswered, refused]);

      const begun = Promise.withResolvers<ServerResponse>();
      mock.answer = (_, response) => {
        stream(response, chunk('one'));
        begun.resolve(response);
      };
      await leaver.send(ASKED);
      const streaming = once(await begun.promise, 'close');
      cable.cut();
      await streaming;
    } finally {
      for (const client of [leaver, ...Object.values(others)]) client.destroy();
      await cable.close();
    }
  }));

test('a large body goes on whole, and a large answer comes back whole', async () => {
  const text = 'äöü-'.repeat(MIB);
  const inputs = [{ nodeName: 'In', nodeOutputName: 'document', content: { document: text } }];
  mock.answer = (_, response) => {
    stream(response);
    response.end();
  };
  const flow = { flowIdentifier: 'FLOW123456', flowAliasIdentifier: 'ALIAS12345' };
  const { responseStream } = await agentRuntime.send(new InvokeFlowCommand({ ...flow, inputs }));
  assert.deepEqual(await allOf(responseStream), []);
  const [seen] = mock.seen;
  assert.deepEqual(JSON.parse(seen?.body.toString() ?? ''), { inputs });
  if (seen) checkSignature(seen);
  mock.answer = (_, response) => json(response, 200, { retrievalResults: [{ content: { text } }] });
  const { retrievalResults } = await agentRuntime.send(new RetrieveCommand(QUERY));
  assert.equal(retrievalResults?.[0]?.content?.text, text);
});

test("a call is signed for the caller's region, or for the upstream's own", async () => {
  mock.answer = (_, response) => json(response, 200, {});
  const elsewhere = varve.elsewhere('eu-west-1');
  await elsewhere.agentRuntime.send(new GetSessionCommand({ sessionIdentifier: SESSION }));
  assert.match(mock.seen[0]?.headers.authorization ?? '', /\/eu-west-1\/bedrock\/aws4_request/);
  await withVarve(forwardedTo(mock.url, { region: 'ap-south-1' }), async ({ clients }) => {
    await clients.agentRuntime.send(new GetSessionCommand({ sessionIdentifier: SESSION }));
    assert.match(mock.seen[1]?.headers.authorization ?? '', /\/ap-south-1\/bedrock\/aws4_request/);
  });
});

test('guardrails and asynchronous invocations are forwarded too', async () => {
  mock.answer = (_, response) => json(response, 200, { action: 'NONE', outputs: [], assessments: [] });
  assert.equal((await runtime.send(new ApplyGuardrailCommand(GUARD))).action, 'NONE');
  const invocationArn = `arn:aws:bedrock:${REGION}:${ACCOUNT}:async-invoke/abcdefghijkl`;
  mock.answer = (_, response) => json(response, 200, { invocationArn });
  const started = await runtime.send(
    new StartAsyncInvokeCommand({
      modelId: 'amazon.nova-reel-v1:0',
      modelInput: { taskType: 'TEXT_VIDEO' },
      outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://videos' } },
    }),
  );
  assert.equal(started.invocationArn, invocationArn);
  assert.deepEqual(
    mock.seen.map(({ target }) => target),
    ['/guardrail/gr0123456789/version/1/apply', '/async-invoke'],
  );
});

test('a second Varve is an upstream too: its refusals are told', () =>
  withVarve({}, (far) =>
    withVarve(forwardedTo(far.endpoint, { credentials: ROOT_KEY }), async (near) => {
      const told = await refusal(near.clients.agentRuntime.send(new RetrieveCommand(QUERY)));
      assert.deepEqual([told.name, told.status], ['UnknownOperationException', 404]);
      assert.match(told.message, /does not implement Retrieve: .*none is configured/);
    }),
  ));

test('where no upstream is configured a call is refused, and the reason told', () =>
  withVarve({}, async ({ clients }) => {
    for (const call of [
      () => clients.agentRuntime.send(ASKED),
      () => clients.runtime.send(new ApplyGuardrailCommand(GUARD)),
    ]) {
      const told = await refusal(call());
      assert.deepEqual([told.name, told.status], ['UnknownOperationException', 404]);
      assert.match(told.message, /it is forwarded to an upstream of the kind "bedrock", and none is configured/);
    }
  }));

test('forwarded calls leave events like all others: what was refused, what broke off, what came back; nothing of what was said', () =>
  withVarve(forwardedTo(mock.url), async (running) => {
    const { agentRuntime: client } = running.clients;
    mock.answer = (_, response) => json(response, 201, { sessionId: SESSION, sessionArn: SESSION_ARN });
    const made = await client.send(new CreateSessionCommand({}));
    mock.answer = (_, response) =>
      json(response, 403, { message: 'no' }, { 'x-amzn-errortype': 'AccessDeniedException' });
    const refused = await refusal(client.send(ASKED));
    mock.answer = (_, response) => {
      stream(response, chunk('so far'));
      response.end(frame('throttlingException', { message: 'slowly' }, 'exception'));
    };
    const failed = await client.send(ASKED);
    await refusal(allOf(failed.completion));
    mock.answer = (_, response) => {
      stream(response, chunk('all'));
      response.end();
    };
    const done = await client.send(ASKED);
    await allOf(done.completion);
    const events = await auditEvents(running);
    assert.deepEqual(
      events.map(({ requestId, eventName, errorCode, errorMessage }) => [
        requestId,
        eventName,
        errorCode,
        errorMessage,
      ]),
      [
        [made.$metadata.requestId, 'CreateSession', undefined, undefined],
        [refused.requestId, 'InvokeAgent', 'AccessDenied', 'no'],
        [failed.$metadata.requestId, 'InvokeAgent', 'ThrottlingException', 'slowly'],
        [done.$metadata.requestId, 'InvokeAgent', undefined, undefined],
      ],
    );
    assert.deepEqual(events[0]?.responseElements, { sessionId: SESSION, sessionArn: SESSION_ARN });
    assert.deepEqual(events[3]?.responseElements, { contentType: 'application/json', sessionId: 'talk-1' });
    assert.deepEqual(events[3]?.resources, [
      {
        ARN: `arn:aws:bedrock:${REGION}:${ACCOUNT}:agent-alias/AGENT12345/ALIAS12345`,
        accountId: ACCOUNT,
        type: 'AWS::Bedrock::AgentAlias',
      },
    ]);
    assert.doesNotMatch(JSON.stringify(events), /What is in stock|so far|theirs/);
  }));

test('which upstream takes them is configurable, and must be there', async () => {
  const others = { other: { kind: 'bedrock', endpoint: 'http://127.0.0.1:9', credentials: UPSTREAM_KEY } };
  const { upstreams } = forwardedTo(mock.url) as { upstreams: object };
  mock.answer = (_, response) => json(response, 200, {});
  const settings = { upstreams: { ...others, ...upstreams }, forwarding: { upstream: 'aws' } };
  await withVarve(settings, async ({ clients }) => {
    await clients.agentRuntime.send(new GetSessionCommand({ sessionIdentifier: SESSION }));
  });
  assert.equal(mock.seen.length, 1);
  await assert.rejects(
    withVarve({ ...settings, forwarding: { upstream: 'nobody' } }, () => Promise.resolve()),
    /"nobody".*not configured/,
  );
});

test("tags and agents are told apart between the two services of agents, also where the endpoint's name says nothing", async () => {
  mock.answer = (_, response) => json(response, 200, { tags: { of: 'theirs' } });
  const { tags } = await agentRuntime.send(new ListTagsForResourceCommand({ resourceArn: SESSION_ARN }));
  assert.deepEqual(tags, { of: 'theirs' });
  const agentArn = `arn:aws:bedrock:${REGION}:${ACCOUNT}:agent/AGENT12345`;
  const built = await refusal(agent.send(new ListBuiltTagsCommand({ resourceArn: agentArn })));
  assert.match(built.message, /nothing of this service here to tag/);
  const shown = await refusal(agent.send(new GetAgentCommand({ agentId: 'AGENT12345' })));
  assert.deepEqual([shown.name, shown.status], ['UnknownOperationException', 404]);
  assert.match(shown.message, /does not implement GetAgent: agents are built in AWS/);
  assert.equal(mock.seen.length, 1);
});

test('a user may do what policies say: the alias, the model and the knowledge base of a call, each by its ARN', async () => {
  mock.answer = (_, response) => {
    stream(response, chunk('yes'));
    response.end();
  };
  const user = await userWith([
    ['bedrock:InvokeAgent', `arn:aws:bedrock:${REGION}:${ACCOUNT}:agent-alias/AGENT12345/*`],
    ['bedrock:InvokeInlineAgent', '*'],
    ['bedrock:RetrieveAndGenerate', '*'],
    ['bedrock:InvokeModel', `arn:aws:bedrock:${REGION}::foundation-model/amazon.titan-text-lite-v1`],
    ['bedrock:Retrieve', `arn:aws:bedrock:${REGION}:${ACCOUNT}:knowledge-base/KB12345678`],
    ['bedrock:InvokeFlow', `arn:aws:bedrock:${REGION}:${ACCOUNT}:flow/FLOW123456/alias/*`],
  ]);
  const { completion } = await user.send(ASKED);
  assert.deepEqual(await textsOf(completion), ['yes']);
  mock.seen.length = 0;

  const flow = `arn:aws:bedrock:${REGION}:${ACCOUNT}:flow`;
  const inline = { sessionId: 'talk', instruction: 'x'.repeat(40), inputText: 'x' };
  const own = { foundationModel: 'amazon.titan-text-lite-v1', ...inline };
  const generate = (modelArn: string, knowledgeBaseId: string) =>
    new RetrieveAndGenerateCommand({
      input: { text: 'x' },
      retrieveAndGenerateConfiguration: {
        type: 'KNOWLEDGE_BASE',
        knowledgeBaseConfiguration: { knowledgeBaseId, modelArn },
      },
    });
  const external = {
    modelArn: own.foundationModel,
    sources: [{ sourceType: 'S3', s3Location: { uri: 's3://secret-bucket/a/key' } } as const],
  };
  const refused: [() => Promise<unknown>, RegExp][] = [
    [
      () => user.send(new InvokeAgentCommand({ ...AGENT, agentId: 'OTHER12345' })),
      /InvokeAgent on resource: .*OTHER12345/,
    ],
    [
      () => user.send(new InvokeInlineAgentCommand({ ...own, foundationModel: 'amazon.nova-lite-v1:0' })),
      /InvokeModel on resource: .*nova-lite/,
    ],
    [
      () => user.send(new InvokeInlineAgentCommand({ ...own, streamingConfigurations: { streamFinalResponse: true } })),
      /InvokeModelWithResponseStream on resource/,
    ],
    [
      () =>
        user.send(
          new InvokeInlineAgentCommand({
            ...own,
            collaborators: [{ foundationModel: 'amazon.nova-lite-v1:0', instruction: 'x'.repeat(40), agentName: 'b' }],
          }),
        ),
      /InvokeModel on resource: .*nova-lite/,
    ],
    [
      () => user.send(generate(own.foundationModel, 'OTHER12345')),
      /Retrieve on resource: .*knowledge-base\/OTHER12345/,
    ],
    [() => user.send(generate('amazon.nova-lite-v1:0', 'KB12345678')), /InvokeModel on resource: .*nova-lite/],
    [
      () =>
        user.send(
          new RetrieveAndGenerateCommand({
            input: { text: 'x' },
            retrieveAndGenerateConfiguration: { type: 'EXTERNAL_SOURCES', externalSourcesConfiguration: external },
          }),
        ),
      /s3:GetObject on resource: "?arn:aws:s3:::secret-bucket\/a\/key/,
    ],
    [
      () =>
        user.send(
          new InvokeFlowCommand({
            flowIdentifier: 'FLOW123456',
            flowAliasIdentifier: `${flow}/OTHER12345/alias/ALIAS12345`,
            inputs: [{ nodeName: 'In', content: { document: 'x' } }],
          }),
        ),
      /InvokeFlow on resource: .*flow\/OTHER12345\/alias\/ALIAS12345/,
    ],
  ];
  for (const [call, message] of refused) {
    const told = await refusal(call());
    assert.deepEqual([told.name, told.status], ['AccessDeniedException', 403], told.message);
    assert.match(told.message, message);
  }
  assert.deepEqual(mock.seen, []);
  user.destroy();
});

/** A client of a new user who may do these actions on these resources. */
async function userWith(allowed: readonly (readonly [action: string, resource: string])[]) {
  const UserName = `user-${crypto.randomUUID()}`;
  await iam.send(new CreateUserCommand({ UserName }));
  const Statement = allowed.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'may', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  const { agentRuntime: client, ...others } = makeClients(varve.endpoint, REGION, credentials);
  for (const other of Object.values(others)) other.destroy();
  return client;
}

test('a Bedrock API key opens no agent, as on AWS', async () => {
  const token = await shortTermKey(ROOT_KEY, REGION);
  const answer = await fetch(`${varve.endpoint}/knowledgebases/KB12345678/retrieve`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ retrievalQuery: { text: 'x' } }),
  });
  assert.equal(answer.status, 403);
  assert.deepEqual(mock.seen, []);
});
