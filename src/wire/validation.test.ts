import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './errors.ts';
import { loadService } from './services.ts';
import type { ProtocolName, Route, ServiceName } from './types.ts';
import { validateInput } from './validation.ts';

function routeTo(serviceName: ServiceName, name: string, protocol?: ProtocolName): Route {
  const service = loadService(serviceName);
  const operation = service.operation(name) ?? assert.fail(name);
  return {
    service,
    serviceName,
    operation,
    protocol: protocol ?? (service.protocol as ProtocolName),
    labels: {},
    queryMode: false,
  };
}

function refusal(route: Route, input: Record<string, unknown>): [code: string, message: string] {
  try {
    validateInput(route, input);
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.status, 400);
    return [error.code, error.message];
  }
  return ['accepted', ''];
}

test('CloudWatch Logs words a limit as recorded from AWS', () => {
  const route = routeTo('logs', 'FilterLogEvents');
  assert.deepEqual(refusal(route, { logGroupName: 'g', limit: 10001 }), [
    'InvalidParameterException',
    "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
  ]);
});

test('a structure in a list that is too long is printed as AWS prints it', () => {
  const one = { metricName: 'metric1', metricNamespace: 'namespace1', metricValue: '1' };
  const [code, message] = refusal(routeTo('logs', 'PutMetricFilter'), {
    logGroupName: 'g',
    filterName: 'f',
    filterPattern: '',
    metricTransformations: [one, { ...one, metricName: 'metric2' }],
  });
  assert.equal(code, 'InvalidParameterException');
  assert.match(
    message,
    /^1 validation error detected: Value '\[MetricTransformation\(metricName=metric1, metricNamespace=namespace1, metricValue=1, defaultValue=null/,
  );
  assert.match(
    message,
    /' at 'metricTransformations' failed to satisfy constraint: Member must have length less than or equal to 1$/,
  );
});

test('an enum lists what it allows', () => {
  const input = {
    name: 'n',
    outputFormat: 'foobar',
    deliveryDestinationConfiguration: { destinationResourceArn: 'arn:aws:s3:::b' },
  };
  const [, message] = refusal(routeTo('logs', 'PutDeliveryDestination'), input);
  assert.match(
    message,
    /^1 validation error detected: Value 'foobar' at 'outputFormat' failed to satisfy constraint: Member must satisfy enum value set: \[/,
  );
});

test('a missing member is null, and several errors are counted', () => {
  const [code, message] = refusal(routeTo('logs', 'PutLogEvents'), { logGroupName: '' });
  assert.equal(code, 'InvalidParameterException');
  assert.deepEqual(message.split(/: (?=Value)|; /), [
    '4 validation errors detected',
    "Value '' at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    String.raw`Value '' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`,
    "Value null at 'logStreamName' failed to satisfy constraint: Member must not be null",
    "Value null at 'logEvents' failed to satisfy constraint: Member must not be null",
  ]);
});

test('a place in a list counts from one', () => {
  const [code, message] = refusal(routeTo('bedrock-runtime', 'Converse'), {
    modelId: 'm',
    messages: [
      { role: 'user', content: [{ text: 'x' }] },
      { role: 'robot', content: [{ text: 'x' }] },
    ],
  });
  assert.equal(code, 'ValidationException');
  assert.match(
    message,
    /^1 validation error detected: Value 'robot' at 'messages\.2\.member\.role' failed to satisfy constraint: Member must satisfy enum value set: \[user, assistant/,
  );
});

test('an item of a list of texts is reported at the list', () => {
  const [, message] = refusal(routeTo('logs', 'FilterLogEvents'), {
    logGroupName: 'g',
    logStreamNames: ['good', 'a:b'],
  });
  assert.equal(
    message,
    "1 validation error detected: Value '[good, a:b]' at 'logStreamNames' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 512, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [^:*]*]",
  );
});

test('a key and a value of a map are reported at the map', () => {
  const key = { logGroupName: 'g', tags: { 'a\u0007': 'v' } };
  assert.match(
    refusal(routeTo('logs', 'CreateLogGroup'), key)[1],
    /at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: \[/,
  );
  const value = { logGroupName: 'g', tags: { a: 'x'.repeat(257) } };
  assert.match(
    refusal(routeTo('logs', 'CreateLogGroup'), value)[1],
    /at 'tags' failed to satisfy constraint: Map value must satisfy constraint: \[Member must have length less than or equal to 256/,
  );
});

test('sensitive values are not repeated', () => {
  const route = routeTo('bedrock', 'CreateGuardrail');
  const [code, message] = refusal(route, {
    name: 'n',
    blockedInputMessaging: '',
    blockedOutputsMessaging: 'x'.repeat(501),
  });
  assert.equal(code, 'ValidationException');
  assert.equal(
    message,
    "2 validation errors detected: Value at 'blockedInputMessaging' failed to satisfy constraint: Member must have length greater than or equal to 1; Value at 'blockedOutputsMessaging' failed to satisfy constraint: Member must have length less than or equal to 500",
  );
});

test('IAM has its own words for a bad name and its own code', () => {
  const route = routeTo('iam', 'CreateRole');
  assert.deepEqual(refusal(route, { roleName: 'x', RoleName: 'a b', AssumeRolePolicyDocument: '{}' }), [
    'ValidationError',
    'The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
  ]);
  assert.deepEqual(refusal(route, { RoleName: 'a'.repeat(65), AssumeRolePolicyDocument: '{}' }), [
    'ValidationError',
    `1 validation error detected: Value '${'a'.repeat(65)}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64`,
  ]);
});

test('S3 calls a bad body malformed and a missing header an invalid argument', () => {
  const body = { Bucket: 'b', VersioningConfiguration: { Status: 'Maybe' } };
  assert.equal(refusal(routeTo('s3', 'PutBucketVersioning'), body)[0], 'MalformedXML');
  assert.equal(refusal(routeTo('s3', 'CopyObject'), { Bucket: 'b', Key: 'k' })[0], 'InvalidArgument');
});

test('what travels as a stream or apart is not missed', () => {
  assert.equal(refusal(routeTo('s3', 'PutObject'), { Bucket: 'b', Key: 'k' })[0], 'accepted');
  assert.doesNotThrow(() => validateInput(routeTo('bedrock-runtime', 'InvokeModel'), { modelId: 'm' }, 'skip'));
});

test('awsQuery cannot send an empty structure, so none is missed', () => {
  const input = { ResourceArn: 'arn:aws:iam::123456789012:role/x', RoleName: 'r' };
  assert.equal(refusal(routeTo('iam', 'TagRole'), input)[0], 'accepted');
});

test('a printed value and the number of errors are bounded', () => {
  const [, message] = refusal(routeTo('logs', 'CreateLogGroup'), { logGroupName: 'x'.repeat(1_000_000) });
  assert.ok(message.length < 10_000, `${message.length} characters`);
  const logEvents = Array.from({ length: 10_000 }, () => ({ timestamp: -1, message: '' }));
  const many = refusal(routeTo('logs', 'PutLogEvents'), { logGroupName: 'g', logStreamName: 's', logEvents })[1];
  assert.match(many, /^50 validation errors detected: /);
});
