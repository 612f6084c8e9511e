import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '#wire';
import type { GivenAdvancedSelector, GivenFieldSelector } from './advanced.ts';
import { checkSelectors, type GivenSelectors } from './index.ts';

/** The text of the refusal. */
function refusal(given: GivenSelectors): string {
  try {
    checkSelectors(given);
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    assert.deepEqual([error.code, error.status], ['InvalidEventSelectorsException', 400]);
    return error.message;
  }
  return assert.fail(`taken: ${JSON.stringify(given)}`);
}

const advanced = (...FieldSelectors: GivenFieldSelector[]): GivenSelectors => ({
  AdvancedEventSelectors: [{ FieldSelectors }],
});
const MANAGEMENT = { Field: 'eventCategory', Equals: ['Management'] };
const DATA = { Field: 'eventCategory', Equals: ['Data'] };
const NETWORK = { Field: 'eventCategory', Equals: ['NetworkActivity'] };
const OBJECTS = { Field: 'resources.type', Equals: ['AWS::S3::Object'] };

test('what the guide to Bedrock selects is kept word for word', () => {
  // (AWS's guide to data events of Amazon Bedrock.)
  const selectors: GivenAdvancedSelector[] = [
    ['an alias of an agent', 'AgentAlias'],
    ['a knowledge base', 'KnowledgeBase'],
    ['a flow', 'FlowAlias'],
    ['a guardrail', 'Guardrail'],
  ].map(([what, type]) => ({
    Name: `Log all data events on ${what} in Amazon Bedrock.`,
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: [`AWS::Bedrock::${type}`] },
    ],
  }));
  assert.deepEqual(checkSelectors({ AdvancedEventSelectors: selectors }), { kind: 'advanced', selectors });
});

test('one kind at a time, and at least one selector', () => {
  assert.equal(
    refusal({ EventSelectors: [{}], AdvancedEventSelectors: [{ FieldSelectors: [MANAGEMENT] }] }),
    'You can select events by using either EventSelectors or AdvancedEventSelectors, but not both.',
  );
  assert.equal(refusal({}), 'Specify EventSelectors or AdvancedEventSelectors.');
  assert.equal(refusal({ EventSelectors: [] }), 'Specify a valid number of selectors (1 to 5) for your trail.');
  assert.equal(refusal({ AdvancedEventSelectors: [] }), 'Specify at least one advanced event selector.');
  assert.equal(checkSelectors({ EventSelectors: [{}], AdvancedEventSelectors: [] }).kind, 'basic');
});

test('basic selectors: defaults, five at most, 250 resources over all, whole types not counted', () => {
  assert.deepEqual(checkSelectors({ EventSelectors: [{}] }), {
    kind: 'basic',
    selectors: [
      { ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] },
    ],
  });
  const objects = (count: number) => ({
    DataResources: [
      { Type: 'AWS::S3::Object', Values: Array.from({ length: count }, (_, at) => `arn:aws:s3:::bucket-${at}/`) },
    ],
  });
  const functions = { DataResources: [{ Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda'] }] };
  assert.equal(checkSelectors({ EventSelectors: [objects(125), objects(125), functions] }).selectors.length, 3);
  assert.equal(
    refusal({ EventSelectors: [objects(125), objects(126)] }),
    'Specify a valid number of DataResources.Values (0 to 250) for all your selectors.',
  );
  assert.match(refusal({ EventSelectors: [{}, {}, {}, {}, {}, {}] }), /\(1 to 5\)/);
});

for (const [type, value, text] of [
  ['AWS::S3::Object', 'arn:aws:s3:::*/*', 'Value arn:aws:s3:::*/* for DataResources.Values is invalid.'],
  ['AWS::S3::Object', 'arn:aws:s3:::*', 'Value arn:aws:s3:::* for DataResources.Values is invalid.'],
  ['AWS::S3::Object', 'arn:aws:s3:::/', 'Value arn:aws:s3:::/ for DataResources.Values is invalid.'],
  ['AWS::S3::Object', 'arn:aws:s3:::bucket', 'Value arn:aws:s3:::bucket for DataResources.Values is invalid.'],
  ['AWS::S3::Object', 'arn:aws:s3:::aigo-', 'Invalid S3 ARN: arn:aws:s3:::aigo-'],
  ['AWS::S3::Object', 'bucket/', 'Value bucket/ for DataResources.Values is invalid.'],
  ['AWS::Lambda::Function', 'arn:aws:lambda:*', 'Value arn:aws:lambda:* for DataResources.Values is invalid.'],
  ['AWS::DynamoDB::Table', 'arn:aws:s3', 'Value arn:aws:s3 for DataResources.Values is invalid.'],
  ['AWS::Bedrock::Guardrail', 'x', 'Value AWS::Bedrock::Guardrail for DataResources.Type is invalid.'],
] as const) {
  test(`basic selectors refuse ${value} of ${type}`, () => {
    assert.equal(refusal({ EventSelectors: [{ DataResources: [{ Type: type, Values: [value] }] }] }), text);
  });
}

test('basic selectors: only KMS and the RDS Data API can be left out', () => {
  assert.equal(
    refusal({ EventSelectors: [{ ExcludeManagementEventSources: ['s3.amazonaws.com'] }] }),
    'Event selector ExcludeManagementEventSources is not valid',
  );
  assert.equal(
    checkSelectors({ EventSelectors: [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }] }).kind,
    'basic',
  );
});

for (const [what, given, text] of [
  [
    'a field of data events on management events',
    advanced(MANAGEMENT, { Field: 'eventName', Equals: ['CreateRole'] }),
    'The following field is not allowed when the eventCategory field value equals Management: eventName.',
  ],
  [
    'a field that there is not',
    advanced(DATA, OBJECTS, { Field: 'constructor', Equals: ['x'] }),
    'The following field is not allowed when the eventCategory field value equals Data: constructor.',
  ],
  [
    'data events without a type',
    advanced(DATA),
    'The following field is required when the eventCategory field value equals Data: resources.type.',
  ],
  [
    'network activity without a source',
    advanced(NETWORK),
    'The following field is required when the eventCategory field value equals NetworkActivity: eventSource.',
  ],
  ['no category', advanced(OBJECTS), 'Each advanced event selector must have the field eventCategory.'],
  [
    'two categories',
    advanced({ Field: 'eventCategory', Equals: ['Data', 'Management'] }, OBJECTS),
    'The field eventCategory must have the operator Equals with one value, once in a selector.',
  ],
  [
    'a category of event data stores',
    advanced({ Field: 'eventCategory', Equals: ['Insight'] }),
    'The value Insight of the field eventCategory is not valid for a trail: use one of Management, Data, NetworkActivity.',
  ],
  [
    'a field without an operator',
    advanced(DATA, OBJECTS, { Field: 'eventName' }),
    'The field eventName must have at least one operator with a value.',
  ],
  [
    'a prefix of readOnly',
    advanced(MANAGEMENT, { Field: 'readOnly', StartsWith: ['t'] }),
    'The operator StartsWith is not allowed for the field readOnly when the eventCategory field value equals Management: use Equals.',
  ],
  [
    'readOnly that is neither',
    advanced(MANAGEMENT, { Field: 'readOnly', Equals: ['yes'] }),
    'The value yes is not valid for the field readOnly: use true or false.',
  ],
  [
    'a source of management events chosen',
    advanced(MANAGEMENT, { Field: 'eventSource', Equals: ['kms.amazonaws.com'] }),
    'The operator Equals is not allowed for the field eventSource when the eventCategory field value equals Management: use NotEquals.',
  ],
  [
    'another source of management events left out',
    advanced(MANAGEMENT, { Field: 'eventSource', NotEquals: ['s3.amazonaws.com'] }),
    'The value s3.amazonaws.com is not valid for the field eventSource: use kms.amazonaws.com or rdsdata.amazonaws.com.',
  ],
  [
    'a type that there is not',
    advanced(DATA, { Field: 'resources.type', Equals: ['AWS::Bedrock::Nothing'] }),
    'The value AWS::Bedrock::Nothing is not valid for the field resources.type.',
  ],
  [
    'two types',
    advanced(DATA, { Field: 'resources.type', Equals: ['AWS::S3::Object', 'AWS::SNS::Topic'] }),
    'An advanced event selector can have only one value of the field resources.type.',
  ],
  [
    'two fields of types',
    advanced(DATA, OBJECTS, { Field: 'resources.type', Equals: ['AWS::SNS::Topic'] }),
    'An advanced event selector can have only one value of the field resources.type.',
  ],
  [
    'an ARN of another type',
    advanced(
      DATA,
      { Field: 'resources.type', Equals: ['AWS::Bedrock::Guardrail'] },
      { Field: 'resources.ARN', Equals: ['arn:aws:bedrock:us-east-1:123456789012:knowledge-base/KB'] },
    ),
    'The value arn:aws:bedrock:us-east-1:123456789012:knowledge-base/KB of the field resources.ARN is not the ARN of a resource of the type AWS::Bedrock::Guardrail.',
  ],
  [
    'half an ARN',
    advanced(DATA, OBJECTS, { Field: 'resources.ARN', NotEquals: ['arn:aws:s3:::bucket'] }),
    'The value arn:aws:s3:::bucket of the field resources.ARN is not the ARN of a resource of the type AWS::S3::Object.',
  ],
  [
    'sessions of the console that are none',
    advanced(DATA, OBJECTS, { Field: 'sessionCredentialFromConsole', Equals: ['false'] }),
    'The value false is not valid for the field sessionCredentialFromConsole: use true.',
  ],
  [
    'another error of network activity',
    advanced(
      NETWORK,
      { Field: 'eventSource', Equals: ['kms.amazonaws.com'] },
      { Field: 'errorCode', Equals: ['AccessDenied'] },
    ),
    'The value AccessDenied is not valid for the field errorCode: use VpceAccessDenied.',
  ],
] satisfies [string, GivenSelectors, string][]) {
  test(`advanced selectors refuse ${what}`, () => assert.equal(refusal(given), text));
}

test('advanced selectors: 500 values over all conditions', () => {
  const names = (count: number): GivenFieldSelector[] => [
    DATA,
    OBJECTS,
    { Field: 'eventName', Equals: Array.from({ length: count }, (_, at) => `E${at}`) },
  ];
  assert.equal(checkSelectors(advanced(...names(498))).kind, 'advanced');
  assert.match(refusal(advanced(...names(499))), /\(1 to 500\)/);
});

test('what AWS shows in its guides is taken: all categories, ARNs in parts, several types of Bedrock Mantle', () => {
  for (const given of [
    advanced(
      NETWORK,
      { Field: 'eventSource', Equals: ['kms.amazonaws.com'] },
      { Field: 'errorCode', Equals: ['VpceAccessDenied'] },
    ),
    advanced(DATA, OBJECTS, { Field: 'resources.ARN', NotStartsWith: ['arn:aws:s3:::amzn-s3-demo-bucket/'] }),
    advanced(
      DATA,
      { Field: 'resources.type', Equals: ['AWS::Lambda::Function'] },
      { Field: 'resources.ARN', Equals: ['arn:aws:lambda:us-east-2:111122223333:function/MyLambdaFunction'] },
    ),
    advanced(DATA, {
      Field: 'resources.type',
      Equals: ['AWS::BedrockMantle::Project', 'AWS::BedrockMantle::CustomizedModel', 'AWS::BedrockMantle::Reservation'],
    }),
    advanced(DATA, OBJECTS, { Field: 'eventType', NotEquals: ['AwsServiceEvent'] }),
  ]) {
    assert.equal(checkSelectors(given).kind, 'advanced');
  }
});
