/** What policies of users let them do in Bedrock, CloudWatch Logs and S3: actions, resources and condition keys as AWS has them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as bedrock from '@aws-sdk/client-bedrock';
import {
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import { refusal } from '../calls.ts';
import { ACCOUNT, type Clients, destroyClients, makeClients, REGION } from '../harness.ts';
import { shareVarve } from '../shared.ts';

const { clients: root, endpoint } = await shareVarve({});

type Statement = Readonly<Record<string, unknown>>;
let users = 0;

/** Runs `work` as a user whom these statements are all that speaks of. */
async function as(
  statements: readonly Statement[],
  work: (clients: Clients, arn: string) => Promise<void>,
): Promise<void> {
  users += 1;
  const UserName = `user-${users}`;
  await root.iam.send(new iam.CreateUserCommand({ UserName }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  if (statements.length > 0) {
    await root.iam.send(new iam.PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }));
  }
  const { AccessKey } = await root.iam.send(new iam.CreateAccessKeyCommand({ UserName }));
  const clients = makeClients(endpoint, REGION, {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  });
  try {
    await work(clients, `arn:aws:iam::${ACCOUNT}:user/${UserName}`);
  } finally {
    destroyClients(clients);
  }
}

function allow(action: string | string[], resource: string | string[] = '*', condition?: Statement): Statement {
  return { Effect: 'Allow', Action: action, Resource: resource, ...(condition && { Condition: condition }) };
}
function deny(action: string | string[], resource: string | string[] = '*', condition?: Statement): Statement {
  return { ...allow(action, resource, condition), Effect: 'Deny' };
}
async function denied(call: Promise<unknown>, sentence: RegExp): Promise<void> {
  const { name, message } = await refusal(call);
  assert.match(name, /^AccessDenied(Exception)?$/, message);
  assert.match(message, sentence);
}

/** Reads an object to its end: a body left unread breaks when its client goes. */
async function read(client: s3.S3Client, input: s3.GetObjectCommandInput): Promise<void> {
  const { Body } = await client.send(new s3.GetObjectCommand(input));
  await Body?.transformToByteArray();
}

const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0';
const messages = [{ role: 'user' as const, content: [{ text: 'hello' }] }];
const model = (id: string, region = REGION): string => `arn:aws:bedrock:${region}::foundation-model/${id}`;
const profile = (id: string): string => `arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/${id}`;

test('Bedrock: Converse is an InvokeModel, its stream an InvokeModelWithResponseStream, and each names the model', () =>
  as([allow('bedrock:InvokeModel', model(HAIKU))], async ({ runtime }, arn) => {
    await runtime.send(new ConverseCommand({ modelId: HAIKU, messages }));
    await runtime.send(new ConverseCommand({ modelId: model(HAIKU), messages }));
    await denied(
      runtime.send(new ConverseStreamCommand({ modelId: HAIKU, messages })),
      new RegExp(
        `^User: ${arn} is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: ${model(HAIKU)} because no identity-based policy allows the bedrock:InvokeModelWithResponseStream action`,
      ),
    );
    const other = 'amazon.nova-lite-v1:0';
    await denied(
      runtime.send(new ConverseCommand({ modelId: other, messages })),
      /foundation-model\/amazon\.nova-lite/,
    );
    await denied(
      runtime.send(new InvokeModelCommand({ modelId: 'nobody.knows-this', body: '{}' })),
      /foundation-model\/nobody\.knows-this/,
    );
    await denied(
      runtime.send(new CountTokensCommand({ modelId: HAIKU, input: { converse: { messages } } })),
      /bedrock:CountTokens/,
    );
  }));

test("Bedrock: a profile needs itself and its model in every Region that it routes to; bedrock:InferenceProfileArn tells the model's policies", async () => {
  const id = `us.${HAIKU}`;
  const call = new ConverseCommand({ modelId: id, messages });
  const regions = ['us-east-1', 'us-east-2', 'us-west-2'];
  await as([allow('bedrock:InvokeModel', profile(id))], async ({ runtime }) => {
    await denied(runtime.send(call), /foundation-model\//);
  });
  await as([allow('bedrock:InvokeModel', [profile(id), model(HAIKU)])], async ({ runtime }) => {
    await denied(runtime.send(call), /arn:aws:bedrock:us-(east|west)-2::foundation-model\//);
  });
  const through = { StringLike: { 'bedrock:InferenceProfileArn': profile(id) } };
  const models = regions.map((region) => model(HAIKU, region));
  await as(
    [allow('bedrock:InvokeModel', profile(id)), allow('bedrock:InvokeModel', models, through)],
    async ({ runtime }) => {
      await runtime.send(call);
      await runtime.send(new ConverseCommand({ modelId: profile(id), messages }));
      await denied(runtime.send(new ConverseCommand({ modelId: HAIKU, messages })), /foundation-model\//);
    },
  );
  const elsewhere = { StringEquals: { 'aws:RequestedRegion': 'us-west-2' } };
  await as([allow('*'), deny('bedrock:*', '*', elsewhere)], async ({ runtime }) => {
    await runtime.send(new ConverseCommand({ modelId: HAIKU, messages }));
    await denied(runtime.send(call), /us-west-2::foundation-model.* explicit deny/);
  });
});

test('Bedrock: no other way to write a model leads around a deny', () =>
  as([allow('*'), deny('bedrock:*', [model(HAIKU), profile(`us.${HAIKU}`)])], async ({ runtime }) => {
    const names = [
      HAIKU,
      model(HAIKU),
      model(HAIKU, 'eu-west-1'),
      model(HAIKU).replace('arn:aws:', 'arn:aws-us-gov:'),
      `us.${HAIKU}`,
      profile(`us.${HAIKU}`),
      profile(`us.${HAIKU}`).replace(REGION, 'us-west-2'),
    ];
    for (const modelId of names) {
      await denied(runtime.send(new InvokeModelCommand({ modelId, body: '{}' })), /explicit deny/);
    }
  }));

test('Bedrock: a guardrail that policies ask for must be named, and its caller must be allowed to apply it', async () => {
  const guardrail = `arn:aws:bedrock:${REGION}:${ACCOUNT}:guardrail/abcdefghijkl`;
  const with1 = { StringEquals: { 'bedrock:GuardrailIdentifier': `${guardrail}:1` } };
  const named = (guardrailIdentifier: string, guardrailVersion = '1') =>
    new ConverseCommand({ modelId: HAIKU, messages, guardrailConfig: { guardrailIdentifier, guardrailVersion } });
  await as(
    [allow('bedrock:InvokeModel', '*', with1), allow('bedrock:ApplyGuardrail', guardrail)],
    async ({ runtime }) => {
      await runtime.send(named('abcdefghijkl'));
      await runtime.send(named(guardrail));
      await runtime.send(
        new InvokeModelCommand({
          modelId: HAIKU,
          guardrailIdentifier: 'abcdefghijkl',
          guardrailVersion: '1',
          body: JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 9, messages }),
        }),
      );
      await denied(runtime.send(new ConverseCommand({ modelId: HAIKU, messages })), /bedrock:InvokeModel on/);
      await denied(runtime.send(named('abcdefghijkl', '2')), /bedrock:InvokeModel on/);
      await denied(runtime.send(named('abcdefghijkl', 'DRAFT')), /bedrock:InvokeModel on/);
    },
  );
  await as([allow('bedrock:InvokeModel')], async ({ runtime }) => {
    await denied(
      runtime.send(named('abcdefghijkl')),
      /bedrock:ApplyGuardrail on resource: .*guardrail\/abcdefghijkl because/,
    );
  });
});

test('Bedrock: service tiers can be denied', () =>
  as(
    [allow('bedrock:*'), deny('bedrock:InvokeModel', '*', { StringEquals: { 'bedrock:ServiceTier': ['priority'] } })],
    async ({ runtime }) => {
      await runtime.send(new ConverseCommand({ modelId: HAIKU, messages }));
      await runtime.send(new ConverseCommand({ modelId: HAIKU, messages, serviceTier: { type: 'flex' } }));
      const priority = new ConverseCommand({ modelId: HAIKU, messages, serviceTier: { type: 'priority' } });
      await denied(runtime.send(priority), /explicit deny/);
    },
  ));

test('Bedrock: lists know no resource but that of profiles', () =>
  as([allow('bedrock:ListFoundationModels'), allow('bedrock:List*', profile('*'))], async ({ bedrock: client }) => {
    await client.send(new bedrock.ListFoundationModelsCommand({}));
    await client.send(new bedrock.ListInferenceProfilesCommand({}));
    const get = client.send(new bedrock.GetModelInvocationLoggingConfigurationCommand({}));
    await denied(get, /perform: bedrock:GetModelInvocationLoggingConfiguration because no identity-based policy/);
  }));

test("Bedrock: a logging configuration's role must be one that its caller may pass; a bucket's policy is mended only for those who may", async () => {
  await root.s3.send(new s3.CreateBucketCommand({ Bucket: 'records' }));
  const put = (loggingConfig: bedrock.LoggingConfig) =>
    new bedrock.PutModelInvocationLoggingConfigurationCommand({ loggingConfig });
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/logging`;
  await as([allow('bedrock:*')], async ({ bedrock: client }) => {
    const group = put({ cloudWatchConfig: { logGroupName: 'g', roleArn: RoleArn } });
    await denied(client.send(group), /iam:PassRole on resource: arn:aws:iam::\d+:role\/logging/);
    const told = await refusal(client.send(put({ s3Config: { bucketName: 'records' } })));
    assert.equal(told.name, 'ValidationException');
    assert.match(told.message, /Failed to validate permissions for bucket: records/);
  });
  const passing = { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } };
  await as(
    [allow('bedrock:*'), allow('iam:PassRole', RoleArn, passing), allow(['s3:GetBucketPolicy', 's3:PutBucketPolicy'])],
    async ({ bedrock: client }) => {
      await client.send(put({ s3Config: { bucketName: 'records' } }));
      const told = await refusal(client.send(put({ cloudWatchConfig: { logGroupName: 'g', roleArn: RoleArn } })));
      // It may be passed; that it is not there is another matter.
      assert.equal(told.name, 'ValidationException');
    },
  );
});

test('CloudWatch Logs: policies name groups with `:*`, streams by name, and tagging without an end', async () => {
  const group = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/app/one`;
  const logGroupName = '/app/one';
  await as([allow('logs:*', `${group}:*`)], async ({ logs: client }, arn) => {
    await client.send(new logs.CreateLogGroupCommand({ logGroupName }));
    await client.send(new logs.CreateLogStreamCommand({ logGroupName, logStreamName: 's' }));
    await client.send(
      new logs.PutLogEventsCommand({
        logGroupName,
        logStreamName: 's',
        logEvents: [{ timestamp: Date.now(), message: 'm' }],
      }),
    );
    await client.send(new logs.FilterLogEventsCommand({ logGroupName }));
    await client.send(new logs.DescribeLogStreamsCommand({ logGroupIdentifier: group }));
    const tagging = client.send(new logs.TagResourceCommand({ resourceArn: group, tags: { a: 'b' } }));
    await denied(tagging, new RegExp(`logs:TagResource on resource: ${group} because`));
    const all = client.send(new logs.DescribeLogGroupsCommand({}));
    const everyGroup = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group::log-stream:`;
    await denied(
      all,
      new RegExp(
        `^User: ${arn} is not authorized to perform: logs:DescribeLogGroups on resource: ${everyGroup} because`,
      ),
    );
    const other = client.send(new logs.FilterLogEventsCommand({ logGroupName: '/app/one-more' }));
    await denied(other, /log-group:\/app\/one-more:log-stream: because/);
  });
  await as([allow('logs:*', group)], async ({ logs: client }) => {
    await client.send(new logs.TagResourceCommand({ resourceArn: group, tags: { team: 'red' } }));
    await client.send(new logs.ListTagsForResourceCommand({ resourceArn: group }));
    await denied(client.send(new logs.FilterLogEventsCommand({ logGroupName })), /logs:FilterLogEvents/);
  });
  await as([allow('logs:GetLogEvents', `${group}:log-stream:s`)], async ({ logs: client }) => {
    await client.send(new logs.GetLogEventsCommand({ logGroupName, logStreamName: 's' }));
    await denied(
      client.send(new logs.GetLogEventsCommand({ logGroupName, logStreamName: 't' })),
      /log-stream:t because/,
    );
    await denied(client.send(new logs.FilterLogEventsCommand({ logGroupName })), /logs:FilterLogEvents/);
  });
  const red = { StringEquals: { 'aws:ResourceTag/team': 'red' } };
  await as([allow('logs:*', '*', red)], async ({ logs: client }) => {
    await client.send(new logs.FilterLogEventsCommand({ logGroupName }));
    const created = client.send(new logs.CreateLogGroupCommand({ logGroupName: '/app/two' }));
    await denied(created, /logs:CreateLogGroup/);
  });
});

test('CloudWatch Logs: who makes a group with tags must be allowed to tag it, and policies see the tags', async () => {
  const onlyTeam = {
    'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
    StringEquals: { 'aws:RequestTag/team': 'red' },
  };
  await as([allow(['logs:CreateLogGroup'])], async ({ logs: client }) => {
    const tagged = client.send(new logs.CreateLogGroupCommand({ logGroupName: 'tagged', tags: { team: 'red' } }));
    await denied(tagged, /logs:TagResource/);
  });
  for (const action of ['logs:TagResource', 'logs:TagLogGroup']) {
    await as([allow('logs:CreateLogGroup'), allow(action, '*', onlyTeam)], async ({ logs: client }) => {
      const create = (tags: Record<string, string>) =>
        client.send(new logs.CreateLogGroupCommand({ logGroupName: `tagged-${action.slice(5)}`, tags }));
      await denied(create({ team: 'blue' }), /logs:TagResource/);
      await denied(create({ team: 'red', other: 'x' }), /logs:TagResource/);
      await create({ team: 'red' });
    });
  }
});

test('S3: the refusal puts the resource in quotes, and names none where the action knows none', () =>
  as([], async ({ s3: client }, arn) => {
    const get = await refusal(client.send(new s3.GetObjectCommand({ Bucket: 'records', Key: 'a/b' })));
    assert.deepEqual(
      [get.name, get.status, get.message],
      [
        'AccessDenied',
        403,
        `User: ${arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::records/a/b" because no identity-based policy allows the s3:GetObject action`,
      ],
    );
    const list = await refusal(client.send(new s3.ListBucketsCommand({})));
    assert.equal(
      list.message,
      `User: ${arn} is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action`,
    );
  }));

test('S3: a bucket or a key that is not there is told only to those who might have found it', async () => {
  await root.s3.send(new s3.CreateBucketCommand({ Bucket: 'findings' }));
  const get = { Bucket: 'findings', Key: 'gone' };
  await as([allow('s3:GetObject*')], async ({ s3: client }) => {
    const nowhere = await refusal(client.send(new s3.GetObjectCommand({ ...get, Bucket: 'nowhere-at-all' })));
    assert.equal(nowhere.name, 'NoSuchBucket');
    await denied(client.send(new s3.GetObjectCommand(get)), /s3:ListBucket on resource: "arn:aws:s3:::findings"/);
    assert.equal((await refusal(client.send(new s3.HeadObjectCommand(get)))).status, 403);
    const attributes = new s3.GetObjectAttributesCommand({ ...get, ObjectAttributes: ['ETag'] });
    await denied(client.send(attributes), /s3:ListBucket/);
    await denied(client.send(new s3.ListObjectsV2Command({ Bucket: 'nowhere-at-all' })), /s3:ListBucket/);
  });
  await as([allow(['s3:GetObject', 's3:ListBucket'])], async ({ s3: client }) => {
    assert.equal((await refusal(client.send(new s3.GetObjectCommand(get)))).name, 'NoSuchKey');
    assert.equal((await refusal(client.send(new s3.HeadObjectCommand(get)))).status, 404);
  });
});

test('S3: listing is bound by prefix, delimiter and size; keys by their version; copying needs its source', async () => {
  await root.s3.send(new s3.CreateBucketCommand({ Bucket: 'homes' }));
  await root.s3.send(new s3.PutObjectCommand({ Bucket: 'homes', Key: 'amy/a', Body: 'a' }));
  const home = { StringLike: { 's3:prefix': ['amy/*'] }, NumericLessThanEquals: { 's3:max-keys': '10' } };
  const Bucket = 'homes';
  await as(
    [
      allow('s3:ListBucket', 'arn:aws:s3:::homes', home),
      allow(['s3:PutObject', 's3:GetObjectVersion'], 'arn:aws:s3:::homes/amy/*'),
    ],
    async ({ s3: client }) => {
      const list = (input: object) => client.send(new s3.ListObjectsV2Command({ Bucket, ...input }));
      assert.equal((await list({ Prefix: 'amy/', MaxKeys: 10 })).KeyCount, 1);
      await denied(list({ Prefix: 'amy/', MaxKeys: 11 }), /s3:ListBucket/);
      await denied(list({ Prefix: 'bob/', MaxKeys: 10 }), /s3:ListBucket/);
      await denied(list({}), /s3:ListBucket/);
      await denied(client.send(new s3.GetObjectCommand({ Bucket, Key: 'amy/a' })), /s3:GetObject on/);
      await read(client, { Bucket, Key: 'amy/a', VersionId: 'null' });
      const copy = new s3.CopyObjectCommand({ Bucket, Key: 'amy/b', CopySource: 'homes/amy/a' });
      await denied(client.send(copy), /s3:GetObject on resource: "arn:aws:s3:::homes\/amy\/a"/);
      await client.send(new s3.CopyObjectCommand({ Bucket, Key: 'amy/b', CopySource: 'homes/amy/a?versionId=null' }));
      const out = new s3.CopyObjectCommand({ Bucket, Key: 'bob/b', CopySource: 'homes/amy/a?versionId=null' });
      await denied(client.send(out), /s3:PutObject on resource: "arn:aws:s3:::homes\/bob\/b"/);
    },
  );
});

test('S3: each key of DeleteObjects is judged by itself', async () => {
  await root.s3.send(new s3.CreateBucketCommand({ Bucket: 'deletions' }));
  for (const Key of ['mine/1', 'mine/2', 'theirs/1'])
    await root.s3.send(new s3.PutObjectCommand({ Bucket: 'deletions', Key, Body: 'x' }));
  await as([allow('s3:DeleteObject', 'arn:aws:s3:::deletions/mine/*')], async ({ s3: client }, arn) => {
    const Objects = [{ Key: 'mine/1' }, { Key: 'theirs/1' }, { Key: 'mine/2', VersionId: 'null' }];
    const { Deleted, Errors = [] } = await client.send(
      new s3.DeleteObjectsCommand({ Bucket: 'deletions', Delete: { Objects } }),
    );
    assert.deepEqual(Deleted, [{ Key: 'mine/1' }]);
    assert.deepEqual(
      Errors.map(({ Key, Code }) => [Key, Code]),
      [
        ['theirs/1', 'AccessDenied'],
        ['mine/2', 'AccessDenied'],
      ],
    );
    assert.match(
      Errors[0]?.Message ?? '',
      new RegExp(`^User: ${arn} is not authorized to perform: s3:DeleteObject on resource: "`),
    );
    assert.match(Errors[1]?.Message ?? '', /s3:DeleteObjectVersion/);
  });
  const { KeyCount } = await root.s3.send(new s3.ListObjectsV2Command({ Bucket: 'deletions' }));
  assert.equal(KeyCount, 2);
});

test('S3: conditions see headers, the signature and how it came', async () => {
  await root.s3.send(new s3.CreateBucketCommand({ Bucket: 'conditions' }));
  const Bucket = 'conditions';
  const Body = 'x';
  const once = { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } };
  await as([allow('s3:*'), deny('s3:PutObject', '*', once)], async ({ s3: client }) => {
    await denied(client.send(new s3.PutObjectCommand({ Bucket, Key: 'a', Body })), /explicit deny/);
    await client.send(new s3.PutObjectCommand({ Bucket, Key: 'a', Body, IfNoneMatch: '*' }));
    await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'b' }));
  });
  const encrypted = { StringEquals: { 's3:x-amz-server-side-encryption': 'AES256' } };
  await as([allow('s3:PutObject', '*', encrypted)], async ({ s3: client }) => {
    await denied(client.send(new s3.PutObjectCommand({ Bucket, Key: 'c', Body })), /s3:PutObject/);
    await client.send(new s3.PutObjectCommand({ Bucket, Key: 'c', Body, ServerSideEncryption: 'AES256' }));
  });
  const signed = {
    StringEquals: { 's3:authType': 'REST-HEADER', 's3:signatureversion': 'AWS4-HMAC-SHA256' },
    NumericLessThan: { 's3:signatureAge': '600000' },
  };
  await as(
    [allow('s3:GetObject', '*', { ...signed, StringNotEquals: { 's3:x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } })],
    async ({ s3: client }) => {
      await read(client, { Bucket, Key: 'c' });
    },
  );
  const owned = { StringEquals: { 's3:ResourceAccount': ACCOUNT, 'aws:ResourceAccount': ACCOUNT } };
  await as([allow('s3:GetObject', '*', owned)], async ({ s3: client }) => {
    await read(client, { Bucket, Key: 'c' });
  });
});

test("S3: a policy that denies everybody can be mended by the account's root, and by nobody else", async () => {
  await root.s3.send(new s3.CreateBucketCommand({ Bucket: 'locked' }));
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: ['arn:aws:s3:::locked', 'arn:aws:s3:::locked/*'] },
    ],
  });
  await root.s3.send(new s3.PutBucketPolicyCommand({ Bucket: 'locked', Policy }));
  const get = new s3.GetBucketPolicyCommand({ Bucket: 'locked' });
  const put = new s3.PutBucketPolicyCommand({ Bucket: 'locked', Policy });
  const remove = new s3.DeleteBucketPolicyCommand({ Bucket: 'locked' });
  await as([allow('*')], async ({ s3: client }) => {
    for (const command of [get, put, remove] as const) {
      await denied(client.send(command as s3.GetBucketPolicyCommand), /explicit deny in a resource-based policy/);
    }
  });
  await denied(
    root.s3.send(new s3.ListObjectsV2Command({ Bucket: 'locked' })),
    /explicit deny in a resource-based policy/,
  );
  assert.equal((await root.s3.send(get)).Policy, Policy);
  await root.s3.send(put);
  await root.s3.send(remove);
  await root.s3.send(new s3.ListObjectsV2Command({ Bucket: 'locked' }));
});

test('global keys tell of the request: its time, address, Region, agent and transport', async () => {
  const minute = 60_000;
  const at = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();
  const right = {
    IpAddress: { 'aws:SourceIp': '127.0.0.0/8' },
    DateGreaterThan: { 'aws:CurrentTime': at(-minute), 'aws:EpochTime': String(Math.floor(Date.now() / 1000) - 60) },
    DateLessThan: { 'aws:CurrentTime': at(minute) },
    StringEquals: { 'aws:RequestedRegion': REGION },
    StringLike: { 'aws:UserAgent': 'aws-sdk-js/*' },
    Bool: { 'aws:SecureTransport': 'false' },
    Null: { 'aws:Referer': 'true' },
  };
  await as([allow('s3:ListAllMyBuckets', '*', right)], async ({ s3: client }) => {
    await client.send(new s3.ListBucketsCommand({}));
  });
  const wrong = [
    { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
    { DateLessThan: { 'aws:CurrentTime': at(-minute) } },
    { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
    { Bool: { 'aws:SecureTransport': 'true' } },
    { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  ];
  for (const condition of wrong) {
    await as([allow('s3:ListAllMyBuckets', '*', condition)], async ({ s3: client }) => {
      await denied(client.send(new s3.ListBucketsCommand({})), /s3:ListAllMyBuckets/);
    });
  }
});
