/** The rule tables of CloudTrail: complete, in the models' words, and silent on what people write. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { HIDDEN, requestParametersOf, responseElementsOf, type Shown } from '#audit';
import type { AuditMembers, AuditResource } from '#records';
import { AUDIT_TABLES as TABLES } from '#services';
import { loadService, type Member, type Operation, SERVICE_NAMES, type Shape } from '#wire';

type Service = (typeof SERVICE_NAMES)[number];

const BEDROCK = ['bedrock', 'bedrock-runtime', 'bedrock-agent', 'bedrock-agent-runtime'] as const;

/** Paths that are listed as they are though the model marks something in them sensitive: `#audit` hides that part. */
const PARTLY_HIDDEN: Readonly<Record<string, string>> = {
  'PutBucketEncryption ServerSideEncryptionConfiguration': 'the id of the KMS key is HIDDEN, the algorithm is not',
  'PutBucketInventoryConfiguration InventoryConfiguration': 'the id of the KMS key is HIDDEN',
};

/** Members of the Bedrock services that hold what people or models write. */
const FREE_TEXT = new Set(
  [
    'additionalModelRequestFields basePromptTemplate blockedInputMessaging blockedOutputsMessaging body',
    'collaborationInstruction content definition description documents expression failureMessage input inputText',
    'instruction jobDescription message messages modelInput notes output payload promptOverrideConfiguration queries',
    'queryGenerationInput requestMetadata retrievalQuery sessionMetadata sources statusMessage text textPrompt variants',
  ].flatMap((names) => names.split(' ')),
);

function operationOf(service: Service, name: string): Operation {
  const operation = loadService(service).operation(name);
  assert.ok(operation, `${service} has no operation ${name}`);
  return operation;
}

/** The member that a path ends at, lists and maps passed through. */
function memberAt(shape: Shape, path: string, where: string): Member {
  let at: Shape = shape;
  let found: Member | undefined;
  for (const name of path.split('.')) {
    const inner = throughLists(at);
    found = inner.kind === 'structure' || inner.kind === 'union' ? inner.members.get(name) : undefined;
    assert.ok(found, `${where}: the model has no ${path}`);
    at = found.shape;
  }
  assert.ok(found);
  return found;
}

function throughLists(shape: Shape): Shape {
  if (shape.kind === 'list') return throughLists(shape.member.shape);
  return shape.kind === 'map' ? throughLists(shape.value.shape) : shape;
}

/** Whether something in a member is what `is` says. */
function holds(member: Member, is: (member: Member) => boolean, seen: ReadonlySet<Shape> = new Set()): boolean {
  if (is(member)) return true;
  const { shape } = member;
  if (seen.has(shape)) return false;
  const within = new Set([...seen, shape]);
  if (shape.kind === 'list') return holds(shape.member, is, within);
  if (shape.kind === 'map') return holds(shape.key, is, within) || holds(shape.value, is, within);
  if (shape.kind !== 'structure' && shape.kind !== 'union') return false;
  return [...shape.members.values()].some((each) => holds(each, is, within));
}

function* listedPaths(services: readonly Service[]): Generator<{ where: string; path: string; shape: Shape }> {
  for (const service of services) {
    for (const [name, rule] of Object.entries(TABLES[service].operations)) {
      const { input, output } = operationOf(service, name);
      const parts: [Shown, Shape][] = [
        [rule.request, input],
        [rule.response, output],
      ];
      for (const [shown, shape] of parts) {
        if (typeof shown === 'string') continue;
        for (const path of shown) yield { where: name, path, shape };
      }
    }
  }
}

test('every operation of every service has a rule, and nothing else has one', () => {
  for (const service of SERVICE_NAMES) {
    const ruled = Object.keys(TABLES[service].operations).toSorted();
    assert.deepEqual(ruled, [...loadService(service).operationNames].toSorted(), service);
  }
});

test('rules take inputs that nothing could be read of: malformed requests have events too', () => {
  const scope = { accountId: '111122223333', region: 'eu-central-1' };
  for (const service of SERVICE_NAMES) {
    const table = TABLES[service];
    for (const [name, rule] of Object.entries(table.operations)) {
      if (rule.category === 'none') continue;
      requestParametersOf(table, rule, operationOf(service, name), {});
      rule.resources?.({} as never, scope);
    }
  }
});

test('rules list members that the models have, each once', () => {
  const seen = new Set<string>();
  for (const { where, path, shape } of listedPaths(SERVICE_NAMES)) {
    memberAt(shape, path.replace(/!$/, ''), where);
    seen.add(path);
  }
  assert.ok(seen.size > 300, 'the walk over the tables found them');
  for (const service of SERVICE_NAMES) {
    const table = TABLES[service];
    for (const [name, rule] of Object.entries(table.operations)) {
      // Compiles what is shown; a path that stands there twice, or below another, is a bug.
      requestParametersOf(table, rule, operationOf(service, name), {});
      responseElementsOf(table, rule, operationOf(service, name), {});
    }
  }
});

test('no member that a model marks sensitive is listed to be shown', () => {
  const used = new Set<string>();
  for (const { where, path, shape } of listedPaths(SERVICE_NAMES)) {
    if (path.endsWith('!')) continue;
    if (!holds(memberAt(shape, path, where), ({ traits }) => traits.sensitive === 1)) continue;
    used.add(`${where} ${path}`);
    assert.ok(PARTLY_HIDDEN[`${where} ${path}`], `${where} shows ${path}, which is or has something sensitive`);
  }
  assert.deepEqual([...used].toSorted(), Object.keys(PARTLY_HIDDEN).toSorted());
});

test('Bedrock rules are lists of what is allowed, and show no member that holds free text', () => {
  for (const service of BEDROCK) {
    for (const [name, { request, response }] of Object.entries(TABLES[service].operations)) {
      assert.ok(request !== 'all' && response !== 'all', `${name} shows whatever the model has`);
    }
  }
  for (const { where, path, shape } of listedPaths(BEDROCK)) {
    if (path.endsWith('!')) continue;
    const member = memberAt(shape, path, where);
    assert.ok(
      !holds(member, ({ name, traits }) => FREE_TEXT.has(name) && !traits.$enum),
      `${where} shows ${path}, which is or has free text`,
    );
  }
});

test('data events say what they are about, management events only read or change', () => {
  for (const service of SERVICE_NAMES) {
    for (const [name, rule] of Object.entries(TABLES[service].operations)) {
      if (rule.category === 'Data') assert.ok(rule.resources, `${name} is a data event of nothing`);
      if (rule.category === 'none') assert.deepEqual([rule.request, rule.response], ['none', 'none'], name);
    }
  }
  for (const [name, rule] of Object.entries(TABLES['bedrock-agent-runtime'].operations)) {
    assert.equal(rule.category, 'Data', name);
  }
});

const SPEC = resolve(import.meta.dirname, '../../../shared/specs/bedrock-operations.md');
const SAMPLES = resolve(import.meta.dirname, '../../../shared/samples/cloudtrail');
if (process.env['CI'] && !(existsSync(SPEC) && existsSync(SAMPLES))) {
  throw new Error('CI is set, and ../shared/specs/bedrock-operations.md or ../shared/samples/cloudtrail is missing');
}

/** What the models have that are newer than the list. */
const SINCE_THE_LIST: Readonly<Record<(typeof BEDROCK)[number], readonly string[]>> = {
  bedrock: ['GetAccountDataRetention', 'PutAccountDataRetention'],
  'bedrock-runtime': ['InvokeGuardrailChecks'],
  'bedrock-agent': ['DeleteResourcePolicy', 'GetResourcePolicy', 'PutResourcePolicy'],
  'bedrock-agent-runtime': [
    'AgenticRetrieveStream',
    'CheckIngestedDocumentAcl',
    'GetDocumentContent',
    'GetIngestedDocumentAcl',
  ],
};

test('the Bedrock tables have the listed operations, and show none of their sensitive members', (t) => {
  if (!existsSync(SPEC)) return t.skip('../shared/specs/bedrock-operations.md is not there');
  const sections = readFileSync(SPEC, 'utf8').split(/^# /m);
  for (const service of BEDROCK) {
    const section = sections.find((each) => each.startsWith(`${service} (`)) ?? '';
    const { operations } = TABLES[service];
    const listed = [...section.matchAll(/^- (\w+) \[.*\n {4}sensitive-in: (.*)\n/gm)];
    assert.deepEqual(
      [...listed.map(([, name = '']) => name), ...SINCE_THE_LIST[service]].toSorted(),
      Object.keys(operations).toSorted(),
    );
    for (const [, name = '', members = ''] of listed) {
      const shown = operations[name]?.request ?? 'all';
      const plain = typeof shown === 'string' ? [] : shown.filter((path) => !path.endsWith('!'));
      for (const member of members.replaceAll('[]', '').split(', ')) {
        const covering = plain.filter((path) => member === path || member.startsWith(`${path}.`));
        assert.deepEqual(covering, [], `${name} shows ${member}`);
      }
    }
  }
});

interface RealEvent {
  readonly eventName: string;
  readonly readOnly?: boolean;
  readonly errorCode?: string;
  readonly requestParameters: Record<string, unknown> | null;
  readonly responseElements?: Record<string, unknown> | null;
}

/** Whatever has an event's name, at whatever depth of a file of samples. */
function* eventsIn(value: unknown): Generator<RealEvent> {
  if (typeof value !== 'object' || value === null) return;
  if ('eventName' in value && 'requestParameters' in value) yield value as RealEvent;
  for (const each of Object.values(value)) yield* eventsIn(each);
}

test("Bedrock events have the parameters and elements that AWS's have", (t) => {
  if (!existsSync(SAMPLES)) return t.skip('../shared/samples/cloudtrail is not there');
  const compared = new Set<string>();
  for (const file of ['panther-bedrock-tests', 'real-world-bedrock-events', 'stratus-bedrock-invoke-model']) {
    for (const event of eventsIn(JSON.parse(readFileSync(`${SAMPLES}/${file}.json`, 'utf8')))) {
      const { eventName, requestParameters, responseElements, errorCode } = event;
      const service = BEDROCK.find((name) => Object.hasOwn(TABLES[name].operations, eventName));
      if (!service || requestParameters === undefined) continue;
      const table = TABLES[service];
      const rule = table.operations[eventName];
      const operation = operationOf(service, eventName);
      assert.ok(rule && operation.input.kind === 'structure');
      // What callers had to send besides, and may have.
      const extra = Object.fromEntries(
        [...operation.input.members.values()]
          .filter(({ name, shape }) => shape.kind === 'simple' && (FREE_TEXT.has(name) || name === 'offerToken'))
          .map(({ name }) => [name, 'said by somebody']),
      );
      const input = { ...extra, formData: Buffer.from('form'), ...requestParameters };
      // A refused call's event lacks what was never read.
      if (!errorCode)
        assert.deepEqual(requestParametersOf(table, rule, operation, input), requestParameters, eventName);
      if (responseElements !== undefined) {
        const told = responseElementsOf(table, rule, operation, responseElements ?? {});
        assert.deepEqual(told, responseElements, eventName);
      }
      // One of AWS's examples of InvokeModel says false, no real event does.
      if (event.readOnly !== undefined && !eventName.startsWith('Invoke'))
        assert.equal(rule.readOnly, event.readOnly, eventName);
      compared.add(eventName);
    }
  }
  for (const name of ['InvokeModel', 'UpdateGuardrail', 'PutUseCaseForModelAccess', 'CreateFoundationModelAgreement']) {
    assert.ok(compared.has(name), `${name} was among the samples`);
  }
});

const SCOPE = { accountId: '111122223333', region: 'eu-central-1' };
const ARN = 'arn:aws:bedrock:eu-central-1:111122223333:';

function resourcesOf(service: Service, name: string, input: unknown): readonly AuditResource[] | undefined {
  return TABLES[service].operations[name]?.resources?.(input as never, SCOPE);
}

test("Bedrock's data events: types and ARNs of AWS's table", () => {
  const single: [Service, string, unknown, string, string | undefined][] = [
    [
      'bedrock-agent-runtime',
      'InvokeAgent',
      { agentId: 'A', agentAliasId: 'B' },
      'AgentAlias',
      `${ARN}agent-alias/A/B`,
    ],
    ['bedrock-agent-runtime', 'InvokeInlineAgent', { sessionId: 's' }, 'InlineAgent', undefined],
    ['bedrock-agent-runtime', 'Retrieve', { knowledgeBaseId: 'K' }, 'KnowledgeBase', `${ARN}knowledge-base/K`],
    [
      'bedrock-agent-runtime',
      'RetrieveAndGenerate',
      { retrieveAndGenerateConfiguration: { knowledgeBaseConfiguration: { knowledgeBaseId: 'K' } } },
      'KnowledgeBase',
      `${ARN}knowledge-base/K`,
    ],
    ['bedrock-agent-runtime', 'RetrieveAndGenerate', {}, 'KnowledgeBase', undefined],
    [
      'bedrock-agent-runtime',
      'InvokeFlow',
      { flowIdentifier: 'F', flowAliasIdentifier: 'L' },
      'FlowAlias',
      `${ARN}flow/F/alias/L`,
    ],
    [
      'bedrock-agent-runtime',
      'InvokeFlow',
      { flowIdentifier: `${ARN}flow/F`, flowAliasIdentifier: `${ARN}flow/F/alias/L` },
      'FlowAlias',
      `${ARN}flow/F/alias/L`,
    ],
    [
      'bedrock-agent-runtime',
      'GetFlowExecution',
      { flowIdentifier: 'F', flowAliasIdentifier: 'L', executionIdentifier: 'E' },
      'FlowExecution',
      `${ARN}flow/F/alias/L/execution/E`,
    ],
    ['bedrock-agent-runtime', 'GetSession', { sessionIdentifier: 'S' }, 'Session', `${ARN}session/S`],
    ['bedrock-agent-runtime', 'ListSessions', {}, 'Session', undefined],
    ['bedrock-runtime', 'ApplyGuardrail', { guardrailIdentifier: 'G' }, 'Guardrail', `${ARN}guardrail/G`],
    [
      'bedrock-agent',
      'IngestKnowledgeBaseDocuments',
      { knowledgeBaseId: 'K' },
      'KnowledgeBase',
      `${ARN}knowledge-base/K`,
    ],
    [
      'bedrock-runtime',
      'InvokeModelWithBidirectionalStream',
      { modelId: 'amazon.nova-sonic-v1:0' },
      'Model',
      'arn:aws:bedrock:eu-central-1::foundation-model/amazon.nova-sonic-v1:0',
    ],
  ];
  for (const [service, name, input, type, arn] of single) {
    const resource = {
      accountId: SCOPE.accountId,
      type: `AWS::Bedrock::${type}`,
      ...(arn !== undefined && { ARN: arn }),
    };
    assert.deepEqual(resourcesOf(service, name, input), [resource], name);
  }
  const invocation = { accountId: SCOPE.accountId, type: 'AWS::Bedrock::AsyncInvoke', ARN: `${ARN}async-invoke/I` };
  assert.deepEqual(resourcesOf('bedrock-runtime', 'GetAsyncInvoke', { invocationArn: invocation.ARN }), [
    { accountId: SCOPE.accountId, type: 'AWS::Bedrock::Model' },
    invocation,
  ]);
  const shared = { knowledgeBaseId: 'arn:aws:bedrock:eu-central-1:999988887777:knowledge-base/K' };
  assert.equal(resourcesOf('bedrock-agent-runtime', 'Retrieve', shared)?.[0]?.accountId, '999988887777');
  const twoBases = {
    retrievers: ['K1', 'K2', 'K1'].map((knowledgeBaseId) => ({
      configuration: { knowledgeBase: { knowledgeBaseId } },
    })),
  };
  assert.deepEqual(
    resourcesOf('bedrock-agent-runtime', 'AgenticRetrieveStream', twoBases)?.map((resource) => resource.ARN),
    [`${ARN}knowledge-base/K1`, `${ARN}knowledge-base/K2`],
  );
});

test('a prompt of Prompt management as a model has an event of its own, of both names of the type', () => {
  const modelId = `${ARN}prompt/P:1`;
  const [renderPrompt] = TABLES['bedrock-runtime'].operations['Converse']?.also?.({ modelId } as never) ?? [];
  assert.ok(renderPrompt);
  assert.deepEqual(
    TABLES['bedrock-runtime'].operations['Converse']?.also?.({ modelId: 'amazon.nova-lite-v1:0' } as never),
    [],
  );
  assert.equal(renderPrompt.eventName, 'RenderPrompt');
  assert.deepEqual(renderPrompt.resources?.({ modelId } as never, SCOPE), [
    { ARN: modelId, accountId: SCOPE.accountId, type: 'AWS::Bedrock::PromptVersion' },
    { ARN: modelId, accountId: SCOPE.accountId, type: 'AWS::Bedrock::Prompt' },
  ]);
  const converse = operationOf('bedrock-runtime', 'Converse');
  assert.deepEqual(
    requestParametersOf(TABLES['bedrock-runtime'], renderPrompt, converse, { modelId, system: [{ text: 's' }] }),
    {
      promptIdentifier: modelId,
    },
  );
});

function parameters(service: Service, name: string, input: Record<string, unknown>): AuditMembers | null {
  const rule = TABLES[service].operations[name];
  assert.ok(rule);
  return requestParametersOf(TABLES[service], rule, operationOf(service, name), input);
}

function elements(service: Service, name: string, output: Record<string, unknown>): AuditMembers | null {
  const rule = TABLES[service].operations[name];
  assert.ok(rule);
  return responseElementsOf(TABLES[service], rule, operationOf(service, name), output);
}

test('what an agent is asked and told stays out of its event', () => {
  const input = { agentId: 'A', agentAliasId: 'B', sessionId: 's', inputText: 'my secret', enableTrace: true };
  assert.deepEqual(parameters('bedrock-agent-runtime', 'InvokeAgent', input), {
    agentId: 'A',
    agentAliasId: 'B',
    sessionId: 's',
    inputText: HIDDEN,
    enableTrace: true,
  });
  const agent = { agentId: 'A', agentStatus: 'CREATING', instruction: 'my secret', description: 'my secret' };
  assert.deepEqual(elements('bedrock-agent', 'CreateAgent', { agent }), {
    agent: { agentId: 'A', agentStatus: 'CREATING' },
  });
});

test("S3's parameters stand as on the wire, as in AWS's events", () => {
  const Bucket = 'sample';
  const cases: [string, Record<string, unknown>, AuditMembers | null][] = [
    ['ListBuckets', {}, null],
    ['GetBucketLocation', { Bucket }, { bucketName: 'sample', location: '' }],
    ['GetObject', { Bucket, Key: 'k', VersionId: 'v' }, { bucketName: 'sample', key: 'k', versionId: 'v' }],
    [
      'ListObjectsV2',
      { Bucket, Prefix: '', Delimiter: '/', MaxKeys: 5 },
      { bucketName: 'sample', delimiter: '/', 'max-keys': '5', prefix: '', 'list-type': '2' },
    ],
    ['DeleteObjects', { Bucket, Delete: { Objects: [{ Key: 'k' }] } }, { bucketName: 'sample', delete: '' }],
    [
      'PutPublicAccessBlock',
      { Bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: false, RestrictPublicBuckets: true } },
      {
        bucketName: 'sample',
        PublicAccessBlockConfiguration: { BlockPublicAcls: false, RestrictPublicBuckets: true },
        publicAccessBlock: '',
      },
    ],
    [
      'PutBucketLifecycleConfiguration',
      {
        Bucket,
        LifecycleConfiguration: {
          Rules: [
            { ID: 'r', Status: 'Enabled', Filter: {}, Expiration: { Days: 730 } },
            { ID: 's', Status: 'Disabled', Filter: { And: { Tags: [{ Key: 'a', Value: 'b' }] } } },
          ],
        },
      },
      {
        bucketName: 'sample',
        LifecycleConfiguration: {
          Rule: [
            { ID: 'r', Status: 'Enabled', Filter: '', Expiration: { Days: 730 } },
            { ID: 's', Status: 'Disabled', Filter: { And: { Tag: { Key: 'a', Value: 'b' } } } },
          ],
        },
        lifecycle: '',
      },
    ],
    [
      'PutBucketAcl',
      {
        Bucket,
        AccessControlPolicy: {
          Grants: [{ Grantee: { Type: 'Group', URI: 'u' }, Permission: 'READ' }],
          Owner: { ID: 'o' },
        },
      },
      {
        bucketName: 'sample',
        AccessControlPolicy: {
          AccessControlList: { Grant: { Grantee: { 'xsi:type': 'Group', URI: 'u' }, Permission: 'READ' } },
          Owner: { ID: 'o' },
        },
        acl: '',
      },
    ],
    [
      'PutBucketPolicy',
      { Bucket, Policy: '{"Statement":[]}' },
      { bucketName: 'sample', bucketPolicy: { Statement: [] }, policy: '' },
    ],
    ['PutBucketPolicy', { Bucket, Policy: 'no JSON' }, { bucketName: 'sample', bucketPolicy: 'no JSON', policy: '' }],
    [
      'PutObject',
      {
        Bucket,
        Key: 'k',
        ACL: 'bucket-owner-full-control',
        Metadata: { note: 'my secret' },
        Tagging: 'a=b',
        SSECustomerKey: 'my secret',
        SSEKMSKeyId: 'key',
      },
      {
        bucketName: 'sample',
        key: 'k',
        'x-amz-acl': 'bucket-owner-full-control',
        'x-amz-server-side-encryption-aws-kms-key-id': HIDDEN,
      },
    ],
  ];
  for (const [name, input, expected] of cases) {
    assert.deepEqual({ ...parameters('s3', name, input) }, { ...expected }, name);
  }
  assert.deepEqual(elements('s3', 'PutObject', { ETag: '"e"', VersionId: 'v' }), { 'x-amz-version-id': 'v' });
});

test("S3's events: names of AWS's page, objects as data, buckets as management", () => {
  const names = {
    ListObjectsV2: 'ListObjects',
    GetBucketLifecycleConfiguration: 'GetBucketLifecycle',
    PutBucketLifecycleConfiguration: 'PutBucketLifecycle',
    GetBucketNotificationConfiguration: 'GetBucketNotification',
    PutBucketNotificationConfiguration: 'PutBucketNotification',
    GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
    PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
    DeletePublicAccessBlock: 'DeleteBucketPublicAccessBlock',
  };
  const renamed = Object.entries(TABLES.s3.operations).filter(([, rule]) => rule.eventName !== undefined);
  assert.deepEqual(Object.fromEntries(renamed.map(([name, rule]) => [name, rule.eventName])), names);
  assert.equal(TABLES.s3.operations.PutBucketPolicy?.category, 'Management');
  assert.deepEqual(resourcesOf('s3', 'PutBucketPolicy', { Bucket: 'b' }), [
    { type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::b' },
  ]);
  assert.equal(TABLES.s3.operations.GetObject?.category, 'Data');
  assert.deepEqual(resourcesOf('s3', 'GetObject', { Bucket: 'b', Key: 'a/k' }), [
    { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::b/a/k' },
    { type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::b' },
  ]);
  assert.deepEqual(resourcesOf('s3', 'ListObjectsV2', { Bucket: 'b' })?.[0], {
    type: 'AWS::S3::Object',
    ARNPrefix: 'arn:aws:s3:::b/',
  });
});

test('credentials that IAM and STS give out are in no event', () => {
  const secrets = { SecretAccessKey: 'my secret', SessionToken: 'my secret' };
  const Credentials = { AccessKeyId: 'ASIA1', Expiration: new Date('2026-11-21T21:30:00Z'), ...secrets };
  const AssumedRoleUser = { AssumedRoleId: 'AROA1:s', Arn: 'arn:aws:sts::1:assumed-role/r/s' };
  assert.deepEqual(elements('sts', 'AssumeRole', { Credentials, AssumedRoleUser }), {
    credentials: { accessKeyId: 'ASIA1', expiration: 'Nov 21, 2026, 9:30:00 PM' },
    assumedRoleUser: { assumedRoleId: 'AROA1:s', arn: 'arn:aws:sts::1:assumed-role/r/s' },
  });
  const role = 'arn:aws:iam::444455556666:role/r';
  assert.deepEqual(parameters('sts', 'AssumeRole', { RoleArn: role, RoleSessionName: 's', TokenCode: '123456' }), {
    roleArn: role,
    roleSessionName: 's',
  });
  assert.deepEqual(resourcesOf('sts', 'AssumeRole', { RoleArn: role }), [
    { ARN: role, accountId: '444455556666', type: 'AWS::IAM::Role' },
  ]);
  const AccessKey = { UserName: 'u', AccessKeyId: 'AKIA1', Status: 'Active', SecretAccessKey: 'my secret' };
  assert.deepEqual(elements('iam', 'CreateAccessKey', { AccessKey }), {
    accessKey: { userName: 'u', accessKeyId: 'AKIA1', status: 'Active' },
  });
  const login = { UserName: 'u', Password: 'my secret', PasswordResetRequired: false };
  assert.deepEqual(parameters('iam', 'CreateLoginProfile', login), { userName: 'u', passwordResetRequired: false });
  const ServiceSpecificCredential = { ServiceName: 'bedrock.amazonaws.com', ServiceCredentialSecret: 'my secret' };
  for (const name of ['CreateServiceSpecificCredential', 'ResetServiceSpecificCredential']) {
    assert.deepEqual(elements('iam', name, { ServiceSpecificCredential }), {
      serviceSpecificCredential: { serviceName: 'bedrock.amazonaws.com' },
    });
  }
  const web = { RoleArn: role, RoleSessionName: 's', WebIdentityToken: 'my secret' };
  assert.deepEqual(parameters('sts', 'AssumeRoleWithWebIdentity', web), { roleArn: role, roleSessionName: 's' });
  assert.deepEqual([TABLES.iam.region, TABLES.sts.region], ['us-east-1', undefined]);
});

test('messages of queues and topics, and what logs are searched for, are HIDDEN', () => {
  const QueueUrl = 'http://localhost:1/999988887777/q';
  assert.deepEqual(parameters('sqs', 'SendMessage', { QueueUrl, MessageBody: 'my secret' }), {
    queueUrl: QueueUrl,
    messageBody: HIDDEN,
  });
  assert.deepEqual(elements('sqs', 'SendMessage', { MessageId: 'm', MD5OfMessageBody: 'x' }), {
    messageId: 'm',
    mD5OfMessageBody: 'x',
  });
  assert.deepEqual(resourcesOf('sqs', 'SendMessage', { QueueUrl }), [
    { ARN: 'arn:aws:sqs:eu-central-1:999988887777:q', accountId: '999988887777', type: 'AWS::SQS::Queue' },
  ]);
  assert.equal(elements('sqs', 'ReceiveMessage', { Messages: [{ Body: 'my secret' }] }), null);
  const TopicArn = 'arn:aws:sns:eu-central-1:111122223333:t';
  assert.deepEqual(parameters('sns', 'Publish', { TopicArn, Message: 'my secret', Subject: 'my secret' }), {
    topicArn: TopicArn,
    message: HIDDEN,
    subject: HIDDEN,
  });
  assert.deepEqual(resourcesOf('sns', 'Publish', { TopicArn }), [
    { ARN: TopicArn, accountId: '111122223333', type: 'AWS::SNS::Topic' },
  ]);
  assert.deepEqual(parameters('logs', 'StartQuery', { queryString: 'my secret', logGroupName: 'g' }), {
    queryString: HIDDEN,
    logGroupName: 'g',
  });
  assert.equal(TABLES.logs.operations.PutLogEvents?.category, 'none');
});
