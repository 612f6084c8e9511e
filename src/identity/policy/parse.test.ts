import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedPolicy, type PolicyKind } from './document.ts';
import { parsePolicy, POLICY_CHARS_MAX, RESOURCE_POLICY_BYTES_MAX } from './parse.ts';
import { cpuMs } from '../../../test/support/cpu-time.ts';

type Json = Record<string, unknown>;

const ALLOW = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const TRUST = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'bedrock.amazonaws.com' } };
const document = (Statement: unknown, more: Json = {}): string =>
  JSON.stringify({ Version: '2012-10-17', Statement, ...more });

function refuses(kind: PolicyKind, cases: readonly (readonly [text: string, message: string])[]): void {
  for (const [text, message] of cases) {
    assert.throws(() => parsePolicy(text, kind), new MalformedPolicy(message), text.slice(0, 300));
  }
}

const PREFACED = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
const syntax = (where: string): string => `Syntax errors in policy. (${where})`;
const legacy = (where: string): string => `The policy failed legacy parsing (${where})`;

test('an identity policy with a fault in its form is told where', () => {
  const object = 'an object is wanted';
  const texts = 'a string or a list of strings is wanted';
  refuses('identity', [
    ['This is no JSON', syntax('Policy: no JSON')],
    ['{\n  "Version": "a" x}', syntax('Policy: no JSON at line 2, column 18')],
    ['', syntax('Policy: no JSON')],
    ['[]', syntax('Policy: no JSON object')],
    ['null', syntax('Policy: no JSON object')],
    ['{"Version":"2012-10-17"}', syntax('Statement: at least one is wanted')],
    [document([]), syntax('Statement: at least one is wanted')],
    [document(['afd']), syntax('Statement 1: an object is wanted')],
    [document(ALLOW, { Version: '2013-10-17' }), syntax('Version: 2012-10-17 or 2008-10-17 is wanted')],
    [document(ALLOW, { Version: 20121017 }), syntax('Version: 2012-10-17 or 2008-10-17 is wanted')],
    [document(ALLOW, { 'Extra field': 1 }), syntax('Policy: unknown field Extra field')],
    [document(ALLOW, { Id: {} }), syntax('Id: a string is wanted')],
    [document([ALLOW, { ...ALLOW, Foo: 1 }]), syntax('Statement 2: unknown field Foo')],
    [document({ ...ALLOW, Sid: [] }), syntax('Statement 1.Sid: a string is wanted')],
    [document({ ...ALLOW, Effect: 'invalid' }), syntax('Statement 1.Effect: Allow or Deny is wanted')],
    [document({ ...ALLOW, Effect: undefined }), syntax('Statement 1.Effect: Allow or Deny is wanted')],
    [document({ ...ALLOW, Action: {} }), syntax(`Statement 1.Action: ${texts}`)],
    [document({ ...ALLOW, Action: [[]] }), syntax(`Statement 1.Action: ${texts}`)],
    [document({ ...ALLOW, Resource: ['adfdf', {}] }), syntax(`Statement 1.Resource: ${texts}`)],
    [document({ ...ALLOW, NotAction: [] }), syntax('Statement 1: Action and NotAction exclude each other')],
    [document({ ...ALLOW, NotResource: '*' }), syntax('Statement 1: Resource and NotResource exclude each other')],
    [document({ ...ALLOW, Condition: [] }), syntax(`Statement 1.Condition: ${object}`)],
    [document({ ...ALLOW, Condition: 'a' }), syntax(`Statement 1.Condition: ${object}`)],
    [document({ ...ALLOW, Condition: { a: 'b' } }), syntax(`Statement 1.Condition.a: ${object}`)],
    [
      document({ ...ALLOW, Condition: { DateGreaterThan: { a: {} } } }),
      syntax('Statement 1.Condition.DateGreaterThan.a: a string, a number, a boolean or a list of them is wanted'),
    ],
    [document({ ...ALLOW, Condition: { x: { a: '1' } } }), syntax('Statement 1.Condition: unknown operator x')],
    [
      document({ ...ALLOW, Condition: { 'ForAnyValue::StringEqualsIfExists': { a: 'asf' } } }),
      syntax('Statement 1.Condition: unknown operator ForAnyValue::StringEqualsIfExists'),
    ],
    [
      document({ ...ALLOW, Condition: { NullIfExists: { a: 'true' } } }),
      syntax('Statement 1.Condition: unknown operator NullIfExists'),
    ],
    [
      document({ ...ALLOW, Condition: { constructor: { a: 'b' } } }),
      syntax('Statement 1.Condition: unknown operator constructor'),
    ],
  ]);
});

test('a field that stands twice in an object is refused, however it is spelt', () => {
  const statement = (more: string): string =>
    `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"${more}}]}`;
  parsePolicy(statement(''), 'identity');
  for (const more of [',"Effect":"Allow"', ',"\\u0045ffect":"Allow"', ' , "Effect" \n\t:"Deny"']) {
    refuses('identity', [[statement(more), syntax('Policy: the field Effect stands twice')]]);
  }
  const twice = statement(',"Condition":{"Bool":{"a:b":"true","a:b":"false"}}');
  refuses('identity', [[twice, syntax('Policy: the field a:b stands twice')]]);
  refuses('trust', [['{"Id":"a","Id":"b"}', 'This policy contains invalid Json (the field Id stands twice)']]);
  // The same name in different objects, in lists and in values is no double.
  parsePolicy(
    statement(',"Sid":"Effect","Condition":{"StringEquals":{"a:b":["a:b","a:b"]},"StringLike":{"a:b":"\\\\\\"x"}}'),
    'identity',
  );
});

test("what IAM's recorded answers refuse is refused with the same sentence", () => {
  const bucket = 'arn:aws:s3:::example_bucket';
  const one = (changes: Json): string =>
    document({ Effect: 'Allow', Action: 's3:ListBucket', Resource: bucket, ...changes });
  const partition = (name: string, arn: string): string => `Partition "${name}" is not valid for resource "${arn}".`;
  const old = 'Policy document must be version 2012-10-17 or greater.';
  refuses('identity', [
    [JSON.stringify({ Statement: ALLOW }), old],
    [document(ALLOW, { Version: '2008-10-17' }), old],
    [JSON.stringify({ Statement: { ...ALLOW, Effect: 'denY' } }), old],
    [
      JSON.stringify({
        Statement: [
          { ...ALLOW, Sid: 'a' },
          { Sid: 'a', Effect: 'Allow' },
        ],
      }),
      old,
    ],
    [one({ Action: 'invalid' }), PREFACED],
    [one({ Action: '' }), PREFACED],
    [one({ Action: undefined, NotAction: '' }), PREFACED],
    [one({ Action: 'a a:ListBucket' }), 'Vendor a a is not valid'],
    [one({ Action: 's3*:ListBucket' }), 'Vendor s3* is not valid'],
    [one({ Action: 's3:List:Bucket' }), 'Actions/Condition can contain only one colon.'],
    [one({ Resource: 'invalid resource' }), 'Resource invalid resource must be in ARN format or "*".'],
    [one({ Resource: '' }), 'Resource  must be in ARN format or "*".'],
    [one({ Action: 's:3:ListBucket', Resource: 'sdfsadf' }), 'Resource sdfsadf must be in ARN format or "*".'],
    [one({ Resource: ['adf'] }), 'Resource adf must be in ARN format or "*".'],
    [one({ Resource: 'a:bsdfdsafsad' }), partition('bsdfdsafsad', 'arn:bsdfdsafsad:*:*:*:*')],
    [one({ Resource: 'a:b:cadfsdf' }), partition('b', 'arn:b:cadfsdf:*:*:*')],
    [one({ Resource: 'a:b:c:d:e:f:g:h' }), partition('b', 'arn:b:c:d:e:f:g:h')],
    [one({ Resource: 'aws:s3:::example_bucket' }), partition('s3', 'arn:s3:::example_bucket:*')],
    [
      one({ Resource: ['arn:error:s3:::example_bucket', 'arn:error:s3::example_bucket'] }),
      partition('error', 'arn:error:s3:::example_bucket'),
    ],
    [one({ Resource: 'arn:aws-cn:s3:::b' }), partition('aws-cn', 'arn:aws-cn:s3:::b')],
    [one({ Resource: undefined }), 'Policy statement must contain resources.'],
    [one({ Resource: [] }), 'Policy statement must contain resources.'],
    [one({ Resource: undefined, Action: 'invalid' }), 'Policy statement must contain resources.'],
    [one({ Action: undefined }), 'Policy statement must contain actions.'],
    [one({ Action: [] }), 'Policy statement must contain actions.'],
    [document([{ Effect: 'Deny' }, ALLOW]), 'Policy statement must contain actions.'],
    [one({ Resource: 'arn:aws' }), 'Resource vendor must be fully qualified and cannot contain regexes.'],
    [one({ Resource: 'arn:aws:s*:::b' }), 'Resource vendor must be fully qualified and cannot contain regexes.'],
    [
      one({ Resource: 'arn:aws:iam:::example_bucket' }),
      'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
    ],
    [
      one({ Resource: 'arn:aws:iam:us-east-1::example_bucket' }),
      'IAM resource arn:aws:iam:us-east-1::example_bucket cannot contain region information.',
    ],
    [
      one({ Resource: 'arn:aws:s3:us-east-1::example_bucket' }),
      'Resource arn:aws:s3:us-east-1::example_bucket can not contain region information.',
    ],
    [one({ Resource: 'arn:aws:s3::b' }), legacy('Statement 1.Resource: arn:aws:s3::b lacks parts of an ARN')],
    [one({ Resource: 'arn:aws::fdsasf' }), legacy('Statement 1.Resource: arn:aws::fdsasf lacks parts of an ARN')],
    [one({ Resource: 'arn:aws::::b' }), legacy('Statement 1.Resource: arn:aws::::b lacks parts of an ARN')],
    [one({ Effect: 'denY' }), legacy('Statement 1.Effect: Allow or Deny is wanted')],
    [
      document({ Effect: 'allow', Resource: 'arn:aws:s3:us-east-1::b' }),
      legacy('Statement 1.Effect: Allow or Deny is wanted'),
    ],
    [
      document([
        { ...ALLOW, Sid: 'sdf' },
        { Sid: 'sdf', Effect: 'Allow' },
      ]),
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [
      one({ Sid: 'not alphanumeric' }),
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    ],
    [one({ Principal: '*' }), 'Policy document should not specify a principal.'],
    [one({ NotPrincipal: {} }), 'Policy document should not specify a principal.'],
  ]);
  const noDate = legacy('Statement 1.Condition: a is compared with what is no date');
  for (const value of [
    'sdfdsf',
    '234-13',
    '2016-12-13t2:00:00.593194+1',
    '2016-12-13t2:00:00.1999999999+10:59',
    '9223372036854775808',
    '${aws:CurrentTime}',
  ]) {
    refuses('identity', [
      [one({ Condition: { DateLessThanEquals: { a: value } } }), noDate],
      [one({ Resource: 'arn:error:s3:::b', Condition: { DateLessThanEquals: { a: [value] } } }), noDate],
    ]);
  }
});

test("what IAM's recorded answers accept is accepted", () => {
  const accepted: Json[] = [
    { Action: 'iam: asdf safdsf af ' },
    { Action: '*' },
    { Action: '*:*' },
    { Action: 'service-prefix:action-name' },
    { Action: 's3.s:ListBucket' },
    { Action: undefined, NotAction: 's3:ListBucket', Resource: undefined, NotResource: '*' },
    { Resource: ['arn:aws:s3:::example_bucket', '*'] },
    { Resource: 'arn:aws:iam:::user/example_bucket' },
    { Resource: 'arn:aws:iam::*:*' },
    { Resource: 'arn:aws:iam::*:user/${aws:username}' },
    { Resource: 'arn:*:iam::*:role/stacksets-exec-*' },
    { Resource: 'arn:aws:s33:::example_bucket' },
    { Resource: 'arn:aws:fdsasf' },
    { Resource: 'arn:aws:cloudwatch:us-east-1::example_bucket' },
    { Resource: 'arn:aws:rds:region:*:*' },
    { Resource: 'arn:aws:s3:us-west-2:123456789012:accesspoint/my-access-point/object/*' },
    { Condition: {} },
    { Condition: { DateGreaterThan: {} } },
    { Condition: { DateGreaterThan: { a: [] } } },
    { Condition: { x: {}, y: {} } },
    { Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'Department' } } },
    { Condition: { 'ForAnyValue:StringEqualsIfExists': { a: 'asf' } } },
    { Condition: { Bool: { 'aws:SecureTransport': true }, NumericLessThan: { 's3:max-keys': [10, '20'] } } },
    ...[
      '01T',
      '2019-07-01T13:20:15Z',
      '2016-12-13T21:20:37.593194+00:00',
      '2016-12-13t2:00:00.593194+23',
      '-292275054',
      '1700000000',
    ].map((a) => ({ Condition: { DateLessThanEquals: { a } } })),
  ];
  for (const changes of accepted) parsePolicy(document({ ...ALLOW, ...changes }), 'identity');
  parsePolicy(document(ALLOW, { Id: 'cd3ad3d9-2776-4ef1-a904-4c229d1642ee' }), 'identity');
  parsePolicy(document([{ ...ALLOW, Sid: '' }, { ...ALLOW, Sid: '' }, ALLOW]), 'identity');
  assert.equal(parsePolicy(document(ALLOW), 'identity').statements.length, 1);
});

test('a malformed trust policy is refused with what is wrong', () => {
  const one = (changes: Json): string => document([{ ...TRUST, ...changes }]);
  refuses('trust', [
    ['{invalid', 'This policy contains invalid Json (no JSON at line 1, column 2)'],
    ['"text"', 'This policy contains invalid Json (no JSON object)'],
    [document(TRUST, { Version: '2020-01-01' }), 'The policy must contain a valid version string'],
    ['{"Version":"2012-10-17"}', 'Missing required field Statement'],
    [document([]), 'Could not parse the policy: Statement is empty!'],
    [one({ Foo: 1 }), 'Unknown field Foo'],
    [document(TRUST, { Conditions: {} }), 'Unknown field Conditions'],
    [one({ Effect: undefined }), 'Missing required field Effect'],
    [one({ Effect: 'allow' }), 'Invalid effect: allow'],
    [one({ Effect: null }), 'Invalid effect: object'],
    [one({ Principal: undefined }), 'Missing required field Principal'],
    [one({ Principal: {} }), 'Missing required field Principal cannot be empty!'],
    [one({ Principal: { AWS: [] } }), 'Missing required field Principal cannot be empty!'],
    [one({ Principal: 'me' }), 'Invalid principal in policy'],
    [one({ Principal: { AWS: 'me' } }), 'Invalid principal in policy: "AWS":"me"'],
    [one({ Principal: { Everybody: '*' } }), 'Invalid principal in policy: "Everybody"'],
    [one({ Principal: { Service: 'x' } }), 'Invalid principal in policy: "SERVICE":"x"'],
    [one({ Principal: { Federated: 'x' } }), 'Invalid principal in policy: "FEDERATED":"x"'],
    ...[
      '12345678901',
      '1234567890123',
      'arn:aws:iam::123456789012:user/*',
      'arn:aws:iam::123456789012:role/',
      'arn:aws:iam::123456789012:group/a',
      'arn:aws-cn:iam::123456789012:root',
      'arn:aws:sts::123456789012:assumed-role/Reader/*',
      'arn:aws:sts::123456789012:assumed-role/Reader',
      'arn:aws:s3:::b',
    ].map((name) => [one({ Principal: { AWS: [name] } }), `Invalid principal in policy: "AWS":"${name}"`] as const),
    [one({ Principal: undefined, NotPrincipal: { AWS: '*' } }), 'Allow with NotPrincipal is not allowed.'],
    [
      one({ Effect: 'Deny', Principal: undefined, NotPrincipal: { AWS: '*' } }),
      'AssumeRole policy must not contain NotPrincipal field.',
    ],
    [one({ Action: undefined }), 'Missing required field Action'],
    [one({ Action: [] }), 'Missing required field Action'],
    [one({ Action: 's3:GetObject' }), 'AssumeRole policy may only specify STS AssumeRole actions.'],
    [one({ Action: '*' }), 'AssumeRole policy may only specify STS AssumeRole actions.'],
    [one({ Resource: '*' }), 'Has prohibited field Resource'],
    [one({ NotResource: '*' }), 'AssumeRole policy must not contain resources.'],
    [one({ Condition: { StringSame: { 'a:b': 'c' } } }), 'Invalid Condition type : StringSame'],
    [one({ Condition: [] }), 'Invalid policy syntax. (Statement 1.Condition: an object is wanted)'],
    [
      document([
        { ...TRUST, Sid: 'a' },
        { ...TRUST, Sid: 'a' },
      ]),
      'The Statement Ids in the policy are not unique',
    ],
  ]);
  for (const Principal of [
    '*',
    { AWS: '*' },
    { AWS: ['123456789012', 'arn:aws:iam::123456789012:root', 'arn:aws:iam::123456789012:user/a/b'] },
    { AWS: 'arn:aws:sts::123456789012:assumed-role/Reader/me@example.com' },
    { AWS: 'AIDACKCEVSQ6C2EXAMPLE' },
    { Federated: 'accounts.google.com' },
    { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' },
    { AWS: '123456789012', Service: ['ecs.amazonaws.com', 'logs.eu-west-1.amazonaws.com'] },
  ]) {
    parsePolicy(one({ Principal }), 'trust');
  }
  parsePolicy(one({ Action: ['sts:AssumeRole', 'sts:TagSession'], Sid: 'With spaces, even' }), 'trust');
});

test("a malformed resource policy is refused with S3's sentences", () => {
  const one = (changes: Json): string => document([{ ...ALLOW, Principal: '*', ...changes }]);
  refuses('resource', [
    [one({ Action: 'invalid_action' }), 'Policy has invalid action'],
    [one({ Resource: 'b' }), 'Policy has invalid resource'],
    [one({ Resource: undefined }), 'Missing required field Resource'],
    [one({ Principal: undefined }), 'Missing required field Principal'],
    [one({ Principal: { AWS: 'user' } }), 'Invalid principal in policy'],
    [one({ Effect: 'hello' }), 'Invalid effect: hello'],
    [one({ NotPrincipal: '*' }), 'Invalid policy syntax. (Statement 1: Principal and NotPrincipal exclude each other)'],
    [`${one({})}${' '.repeat(RESOURCE_POLICY_BYTES_MAX)}`, 'Policy exceeds the maximum allowed document size.'],
  ]);
  parsePolicy(one({ Principal: undefined, NotPrincipal: { AWS: '123456789012' } }), 'resource');
});

test('documents that are too long, very deep, or name things of the language itself are refused, and at once', () => {
  const statement = (more: string): string =>
    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"${more}}]}`;
  const depth = POLICY_CHARS_MAX / 8;
  for (const text of [
    ' '.repeat(POLICY_CHARS_MAX + 1),
    '['.repeat(POLICY_CHARS_MAX),
    '{"a":'.repeat(depth),
    `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
    `${'['.repeat(depth)}${']'.repeat(depth)}`,
    statement(`,"Condition":${'{"StringEquals":'.repeat(1000)}{}${'}'.repeat(1000)}`),
    statement(`,"Condition":{"StringEquals":{"a:b":${'['.repeat(depth)}${']'.repeat(depth)}}}`),
    statement(',"__proto__":{}'),
    statement(',"Condition":{"__proto__":{"a:b":"c"}}'),
    statement(',"Condition":{"toString":{"a:b":"c"}}'),
    statement(',"Condition":{"StringEquals":{"a:b":{"c":"d"}}}'),
    statement(',"Condition":{"StringEquals":{"a:b":null}}'),
  ]) {
    const startedMs = cpuMs();
    for (const kind of ['identity', 'trust', 'resource'] as const) {
      assert.throws(() => parsePolicy(text, kind), MalformedPolicy, text.slice(0, 100));
    }
    const tookMs = cpuMs() - startedMs;
    assert.ok(tookMs < 1000, `${text.slice(0, 100)} took ${tookMs} ms`);
  }
});
