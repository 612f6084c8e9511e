import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type AuditEvent, type AuditMembers, renderAuditEvent } from '#records';
import { loadService, type Operation, SERVICE_NAMES, type ServiceName } from '#wire';
import { requestParametersOf, responseElementsOf } from './redaction.ts';
import type { AuditRule, AuditTable, Shown } from './rules.ts';
import { HIDDEN } from './shown-members.ts';
import { markedValues, SECRET } from './testing/marked-values.ts';

const TABLE: AuditTable = { eventSource: 'bedrock.amazonaws.com', times: 'iso', operations: {} };

function operationOf(service: ServiceName, name: string): Operation {
  const operation = loadService(service).operation(name);
  assert.ok(operation, `${service} has no ${name}`);
  return operation;
}

function ruleOf(of: Partial<AuditRule>): AuditRule {
  return { category: 'Management', readOnly: false, request: 'none', response: 'none', ...of };
}

function shownOf(service: ServiceName, name: string, request: Shown, input: object): AuditMembers | null {
  return requestParametersOf(TABLE, ruleOf({ request }), operationOf(service, name), { ...input });
}

test('a listed member is told, and nothing else', () => {
  const input = { modelId: 'anthropic.claude-v2', body: Buffer.from('{"prompt":"hi"}'), accept: 'application/json' };
  assert.deepEqual(shownOf('bedrock-runtime', 'InvokeModel', ['modelId'], input), { modelId: 'anthropic.claude-v2' });
});

test("a guardrail's update tells that it had a name, and not the messages", () => {
  const input = {
    guardrailIdentifier: 'abc123',
    name: 'for the merger',
    blockedInputMessaging: 'no talk of the merger',
    blockedOutputsMessaging: 'no',
  };
  assert.equal(
    JSON.stringify(shownOf('bedrock', 'UpdateGuardrail', ['guardrailIdentifier', 'name!', 'description!'], input)),
    `{"guardrailIdentifier":"abc123","name":"${HIDDEN}"}`,
  );
});

test("a guardrail's answer tells its times in full", () => {
  const output = {
    guardrailId: 'abc123',
    guardrailArn: 'arn:aws:bedrock:eu-central-1:111122223333:guardrail/abc123',
    version: 'DRAFT',
    updatedAt: new Date('2026-11-21T09:30:00.379Z'),
  };
  const rule = ruleOf({ response: ['guardrailArn', 'guardrailId', 'updatedAt', 'version'] });
  assert.equal(
    JSON.stringify(responseElementsOf(TABLE, rule, operationOf('bedrock', 'UpdateGuardrail'), output)),
    '{"guardrailArn":"arn:aws:bedrock:eu-central-1:111122223333:guardrail/abc123","guardrailId":"abc123",' +
      '"updatedAt":"2026-11-21T09:30:00.379Z","version":"DRAFT"}',
  );
});

test('with all shown, what the model marks sensitive is hidden where it stands', () => {
  assert.deepEqual(
    shownOf('bedrock', 'CreateGuardrail', 'all', {
      name: 'for the merger',
      blockedInputMessaging: 'no talk of the merger',
      topicPolicyConfig: {
        topicsConfig: [{ name: 'merger', definition: 'us and them', examples: ['who buys whom'], type: 'DENY' }],
      },
      tags: [{ key: 'team', value: 'red' }],
      kmsKeyId: undefined,
      clientRequestToken: null,
    }),
    {
      name: HIDDEN,
      blockedInputMessaging: HIDDEN,
      topicPolicyConfig: {
        topicsConfig: [{ name: HIDDEN, definition: HIDDEN, examples: [HIDDEN], type: 'DENY' }],
      },
      tags: [{ key: 'team', value: 'red' }],
    },
  );
});

test('a sensitive structure becomes one text', () => {
  assert.deepEqual(
    shownOf('bedrock-agent', 'CreateAgent', 'all', {
      agentName: 'helper',
      instruction: 'you are a pirate',
      promptOverrideConfiguration: { promptConfigurations: [{ basePromptTemplate: 'say arr' }] },
      idleSessionTTLInSeconds: 600,
    }),
    {
      agentName: 'helper',
      instruction: HIDDEN,
      promptOverrideConfiguration: HIDDEN,
      idleSessionTTLInSeconds: 600,
    },
  );
  assert.deepEqual(
    shownOf('bedrock-agent-runtime', 'RetrieveAndGenerate', 'all', { sessionId: 's-1', input: { text: 'who?' } }),
    { sessionId: 's-1', input: HIDDEN },
  );
});

test('what is sensitive is hidden also where a rule lists it', () => {
  assert.deepEqual(shownOf('bedrock', 'UpdateGuardrail', ['name'], { name: 'for the merger' }), { name: HIDDEN });
  assert.deepEqual(
    shownOf('bedrock-agent', 'CreateAgent', ['promptOverrideConfiguration.promptConfigurations'], {
      promptOverrideConfiguration: { promptConfigurations: [{ basePromptTemplate: 'say arr' }] },
    }),
    { promptOverrideConfiguration: HIDDEN },
  );
});

test('blobs, streams and documents are left out, whatever a rule says', () => {
  assert.equal(shownOf('bedrock', 'PutUseCaseForModelAccess', 'all', { formData: Buffer.from('us') }), null);
  assert.deepEqual(shownOf('s3', 'PutObject', 'all', { Bucket: 'b', Key: 'k', Body: Readable.from(['x']) }), {
    bucket: 'b',
    key: 'k',
  });
  assert.equal(shownOf('s3', 'PutObject', ['Body'], { Bucket: 'b', Body: Buffer.from('x') }), null);
  assert.deepEqual(
    shownOf('bedrock-runtime', 'Converse', 'all', { modelId: 'm', additionalModelRequestFields: { text: 'a film' } }),
    { modelId: 'm' },
  );
});

test('a blob that was given as a text is a blob, and a stream of events leaves no trace', () => {
  assert.equal(shownOf('bedrock', 'PutUseCaseForModelAccess', 'all', { formData: 'we are us' }), null);
  const rule = ruleOf({ response: 'all' });
  const output = { contentType: 'application/json', sessionId: 's-1', completion: Readable.from([{ chunk: {} }]) };
  assert.deepEqual(responseElementsOf(TABLE, rule, operationOf('bedrock-agent-runtime', 'InvokeAgent'), output), {
    contentType: 'application/json',
    sessionId: 's-1',
  });
});

test('a hidden mark tells of streams and documents too that they were there', () => {
  assert.deepEqual(
    shownOf('bedrock-runtime', 'Converse', ['modelId', 'additionalModelRequestFields!'], {
      modelId: 'm',
      additionalModelRequestFields: {},
    }),
    { modelId: 'm', additionalModelRequestFields: HIDDEN },
  );
});

test('paths go through lists and maps to the members of what they hold', () => {
  const input = {
    UserName: 'ana',
    Tags: [
      { Key: 'team', Value: 'red' },
      { Key: 'cost', Value: '7' },
    ],
  };
  assert.equal(
    JSON.stringify(shownOf('iam', 'CreateUser', ['UserName', 'Tags.Key', 'Tags.Value!'], input)),
    `{"userName":"ana","tags":[{"key":"team","value":"${HIDDEN}"},{"key":"cost","value":"${HIDDEN}"}]}`,
  );
});

test("members keep the rule's order and have their first letter in lower case", () => {
  const input = { UserName: 'ana', SSHPublicKeyId: 'APKA1', Status: 'Active' };
  assert.equal(
    JSON.stringify(shownOf('iam', 'UpdateSSHPublicKey', ['Status', 'SSHPublicKeyId', 'UserName'], input)),
    '{"status":"Active","sSHPublicKeyId":"APKA1","userName":"ana"}',
  );
});

test('older services write times the American way', () => {
  const output = { AccessKey: { UserName: 'ana', CreateDate: new Date('2026-11-21T21:30:00Z') } };
  const table: AuditTable = { ...TABLE, times: 'us' };
  const rule = ruleOf({ response: ['AccessKey.CreateDate'] });
  assert.deepEqual(responseElementsOf(table, rule, operationOf('iam', 'CreateAccessKey'), output), {
    accessKey: { createDate: 'Nov 21, 2026, 9:30:00 PM' },
  });
});

test("keys of maps are the caller's: __proto__ is one like others, and keeps its case", () => {
  const tags = JSON.parse('{"__proto__":"x","Team":"red","constructor":"y"}') as object;
  const shown = shownOf('logs', 'CreateLogGroup', 'all', { logGroupName: 'g', tags });
  assert.equal(JSON.stringify(shown), '{"logGroupName":"g","tags":{"__proto__":"x","Team":"red","constructor":"y"}}');
  assert.equal(Object.getPrototypeOf(shown?.['tags']), Object.prototype);
});

test('what the model does not have is left out, whatever it is called', () => {
  const input = JSON.parse('{"modelId":"m","__proto__":{"modelId":"x"},"other":"y"}') as object;
  assert.deepEqual(shownOf('bedrock-runtime', 'CountTokens', 'all', input), { modelId: 'm' });
});

test('values that JSON lacks have a text', () => {
  const shown = shownOf('logs', 'GetLogEvents', 'all', { startTime: 2n ** 60n, endTime: Number.NaN, limit: 5 });
  assert.deepEqual(shown, { startTime: '1152921504606846976', endTime: 'NaN', limit: 5 });
});

test('where nothing is shown there is null', () => {
  const input = { guardrailIdentifier: 'abc123' };
  assert.equal(shownOf('bedrock', 'ListGuardrails', 'none', input), null);
  assert.equal(shownOf('bedrock', 'ListGuardrails', 'all', {}), null);
  assert.equal(shownOf('bedrock', 'ListGuardrails', ['maxResults'], input), null);
  const rule = ruleOf({ response: 'all' });
  assert.equal(responseElementsOf(TABLE, rule, operationOf('bedrock', 'DeleteGuardrail'), {}), null);
});

test('a rule can shape what is shown, also where nothing of the model is', () => {
  const operation = operationOf('s3', 'CreateBucket');
  const rule = ruleOf({
    request: ['Bucket'],
    shapeRequest: ({ bucket }, input: { Bucket: string }) => ({ bucketName: bucket, host: `${input.Bucket}.s3` }),
    shapeResponse: () => ({ made: true }),
  });
  assert.deepEqual(requestParametersOf(TABLE, rule, operation, { Bucket: 'logs' }), {
    bucketName: 'logs',
    host: 'logs.s3',
  });
  assert.deepEqual(responseElementsOf(TABLE, rule, operation, {}), { made: true });
  const nothing = ruleOf({ request: ['Bucket'], shapeRequest: () => ({}) });
  assert.equal(requestParametersOf(TABLE, nothing, operation, { Bucket: 'logs' }), null);
});

test('operations that share a rule each show members of their own', () => {
  const rule = ruleOf({ request: 'all' });
  const user = operationOf('iam', 'GetUser');
  const role = operationOf('iam', 'GetRole');
  assert.deepEqual(requestParametersOf(TABLE, rule, user, { UserName: 'ana', RoleName: 'x' }), { userName: 'ana' });
  assert.deepEqual(requestParametersOf(TABLE, rule, role, { UserName: 'ana', RoleName: 'x' }), { roleName: 'x' });
});

test('an input of any size costs little, and what would be omitted anyway is not gathered', () => {
  const omitted = { reason: 'requestParameters too large', omitted: true };
  const events = Array.from({ length: 1_000_000 }, () => ({ timestamp: 1, message: '' }));
  let looked = 0;
  const watched = new Proxy(events, {
    get(target, key, receiver) {
      looked += 1;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  assert.deepEqual(shownOf('logs', 'PutLogEvents', 'all', { logGroupName: 'g', logEvents: watched }), omitted);
  assert.ok(looked < 110_000, `${looked} looks at the list`);
  const long = { logGroupName: 'g', logEvents: [{ timestamp: 1, message: 'x'.repeat(25_000_000) }] };
  assert.deepEqual(shownOf('logs', 'PutLogEvents', 'all', long), omitted);
  const empty = { resourceArn: 'arn', tagKeys: Array.from({ length: 1_000_000 }, () => '') };
  assert.deepEqual(shownOf('logs', 'UntagResource', 'all', empty), omitted);
  const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, '']));
  assert.deepEqual(shownOf('logs', 'CreateLogGroup', 'all', { logGroupName: 'g', tags: keys }), omitted);
});

test('up to 100 KB is gathered whole', () => {
  const tags = { a: 'x'.repeat(102_000) };
  assert.deepEqual(shownOf('logs', 'CreateLogGroup', 'all', { tags }), { tags });
});

test('what is nested without end is shown to a depth', () => {
  let logFieldType: object = { type: 'innermost' };
  for (let level = 0; level < 5_000; level += 1) logFieldType = { type: 'outer', element: logFieldType };
  const rule = ruleOf({ response: 'all' });
  const output = { logFields: [{ logFieldName: 'n', logFieldType }] };
  const text = JSON.stringify(responseElementsOf(TABLE, rule, operationOf('logs', 'GetLogFields'), output));
  const levels = text.split('"outer"').length - 1;
  assert.ok(levels > 50 && levels < 70, `${levels} levels`);
});

test('a rule that names what the model lacks is a mistake', () => {
  assert.throws(() => shownOf('bedrock', 'GetGuardrail', ['guardrailId'], {}), /GetGuardrailRequest\.guardrailId/);
  assert.throws(() => shownOf('bedrock', 'GetGuardrail', ['guardrailIdentifier.x'], {}), /has none/);
  assert.throws(() => shownOf('iam', 'CreateUser', ['Tags', 'Tags.Key'], {}), /below another/);
  assert.throws(() => shownOf('iam', 'CreateUser', ['Tags.Key', 'Tags'], {}), /twice/);
});

const EVENT: Omit<AuditEvent, 'requestParameters' | 'responseElements'> = {
  eventId: '7c5a3f0e-4f0b-4a39-9f5d-0d6a9c1b2e3f',
  requestId: '2f9d8c7b-6a5e-4d3c-8b2a-1f0e9d8c7b6a',
  receivedMs: 0,
  endedMs: 1,
  accountId: '111122223333',
  region: 'eu-central-1',
  eventSource: 'bedrock.amazonaws.com',
  eventName: 'Any',
  eventType: 'AwsApiCall',
  category: 'Management',
  readOnly: false,
  identity: { type: 'Unknown' },
  sourceIp: '192.0.2.1',
  userAgent: 'test',
  routes: [],
};

test('of no operation of any service is a sensitive member ever told, nor a blob, a stream or a document', () => {
  let [secrets, open] = [0, 0];
  const rule = ruleOf({ request: 'all', response: 'all' });
  for (const service of SERVICE_NAMES) {
    for (const name of loadService(service).operationNames) {
      const operation = operationOf(service, name);
      for (let choice = 0; choice < 12; choice += 1) {
        const input = markedValues(operation.input, choice);
        const output = markedValues(operation.output, choice);
        const line = renderAuditEvent({
          ...EVENT,
          requestParameters: requestParametersOf(TABLE, rule, operation, input.value),
          responseElements: responseElementsOf(TABLE, rule, operation, output.value),
        });
        assert.ok(!line.includes(SECRET), `${service}.${name} tells a secret: ${line.slice(0, 2_000)}`);
        secrets += input.secrets + output.secrets;
        if (line.includes(' too large"')) continue;
        const missing = [...input.open, ...output.open].filter((text) => !line.includes(text));
        assert.deepEqual(missing, [], `${service}.${name} does not tell what may be told`);
        open += input.open.length;
      }
    }
  }
  assert.ok(secrets > 10_000 && open > 10_000, `${secrets} secrets and ${open} open texts were made`);
});
