import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './errors.ts';
import { needsFormBody, type RouteHints, routeRequest } from './router.ts';
import { loadService } from './services.ts';
import type { RequestHead, ServiceName } from './types.ts';

function signedFor(service: string): Record<string, string> {
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
  };
}

function head(method: string, target: string, headers: Record<string, string> = {}): RequestHead {
  return { method, target, headers };
}

function routed(request: RequestHead, hints?: RouteHints): string {
  const { serviceName, operation, protocol, labels } = routeRequest(request, hints);
  return [serviceName, operation.name, protocol, ...Object.entries(labels).map((label) => label.join('='))].join(' ');
}

function refused(request: RequestHead, hints?: RouteHints): string {
  try {
    return routed(request, hints);
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return `${error.status} ${error.code}`;
  }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

test('a signed request goes to the service in its credential scope', () => {
  assert.equal(
    routed(head('POST', '/model/anthropic.claude-v2%3A1/invoke', signedFor('bedrock'))),
    'bedrock-runtime InvokeModel restJson1 modelId=anthropic.claude-v2:1',
  );
  assert.equal(
    routed(head('GET', '/logging/modelinvocations', signedFor('bedrock'))),
    'bedrock GetModelInvocationLoggingConfiguration restJson1',
  );
  assert.equal(
    routed(head('GET', '/model/x/converse', signedFor('s3'))),
    's3 GetObject restXml Bucket=model Key=x/converse',
  );
  assert.equal(routed(head('GET', '/a-bucket', signedFor('s3express'))), 's3 ListObjects restXml Bucket=a-bucket');
});

test('CloudTrail is called by the long target of botocore and the short one of others, signed or not', () => {
  for (const target of ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101', 'CloudTrail_20131101']) {
    const headers = { 'x-amz-target': `${target}.DescribeTrails`, 'content-type': 'application/x-amz-json-1.1' };
    assert.equal(
      routed(head('POST', '/', { ...headers, ...signedFor('cloudtrail') })),
      'cloudtrail DescribeTrails awsJson1_1',
    );
    assert.equal(routed(head('POST', '/', headers)), 'cloudtrail DescribeTrails awsJson1_1');
    const nothing = { ...headers, 'x-amz-target': `${target}.Nothing`, ...signedFor('cloudtrail') };
    assert.equal(refused(head('POST', '/', nothing)), '400 UnknownOperationException');
  }
});

test('of the services that share the name bedrock, the one is called whose operation has the path, for every operation', () => {
  const arns: Partial<Record<ServiceName, string>> = {
    'bedrock-agent': 'arn:aws:bedrock:us-east-1:123456789012:agent/A1B2C3D4E5',
    'bedrock-agent-runtime': 'arn:aws:bedrock:us-east-1:123456789012:session/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f',
  };
  for (const name of ['bedrock', 'bedrock-runtime', 'bedrock-agent', 'bedrock-agent-runtime'] as const) {
    const service = loadService(name);
    for (const operation of service.operationNames) {
      const [method = '', template = ''] = service.operationTraits(operation)?.http ?? [];
      const target = template.replaceAll(/\{(\w+)\}/g, (_, label) =>
        label === 'resourceArn' ? encodeURIComponent(arns[name] ?? 'x') : 'A1B2C3D4E5',
      );
      const { serviceName, operation: found } = routeRequest(head(method, target, signedFor('bedrock')));
      assert.equal(`${serviceName} ${found.name}`, `${name} ${operation}`, `${method} ${target}`);
    }
  }
  const odd = head('GET', `/tags/${'x'.repeat(4000)}`, signedFor('bedrock'));
  assert.match(routed(odd), /^bedrock-agent ListTagsForResource /);
});

test('a model id may be an ARN with escaped slashes', () => {
  const arn = 'arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.amazon.nova-lite-v1%3A0';
  assert.equal(
    routed(head('POST', `/model/${arn}/converse-stream`, signedFor('bedrock'))),
    'bedrock-runtime ConverseStream restJson1 modelId=arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0',
  );
});

test('a presigned request goes to the service in its query', () => {
  const query = 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Fus-east-1%2Fs3%2Faws4_request';
  assert.equal(routed(head('GET', `/b/k.txt?${query}`)), 's3 GetObject restXml Bucket=b Key=k.txt');
  const sts = query.replace('%2Fs3%2F', '%2Fsts%2F');
  assert.equal(
    routed(head('GET', `/?Action=GetCallerIdentity&Version=2011-06-15&${sts}`)),
    'sts GetCallerIdentity awsQuery',
  );
});

test('a Bedrock API key goes to Bedrock', () => {
  const headers = { authorization: 'Bearer bedrock-api-key-YWJj' };
  assert.equal(routed(head('POST', '/model/m/converse', headers)), 'bedrock-runtime Converse restJson1 modelId=m');
  assert.equal(
    routed(head('GET', '/foundation-models?byProvider=x', headers)),
    'bedrock ListFoundationModels restJson1',
  );
});

test('the target header names the operation, however long its prefix is', () => {
  const target = { ...signedFor('logs'), 'content-type': 'application/x-amz-json-1.1' };
  assert.equal(
    routed(head('POST', '/', { ...target, 'x-amz-target': 'Logs_20140328.PutLogEvents' })),
    'logs PutLogEvents awsJson1_1',
  );
  assert.equal(
    routed(head('POST', '/any/path', { ...target, 'x-amz-target': 'com.amazonaws.logs.Logs_20140328.PutLogEvents' })),
    'logs PutLogEvents awsJson1_1',
  );
  assert.equal(
    routed(head('POST', '/', { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' })),
    'logs DescribeLogGroups awsJson1_1',
  );
});

test('RPC v2 CBOR names service and operation in the path', () => {
  const headers = { ...signedFor('logs'), 'smithy-protocol': 'rpc-v2-cbor' };
  assert.equal(
    routed(head('POST', '/service/Logs_20140328/operation/PutLogEvents', headers)),
    'logs PutLogEvents rpcv2Cbor',
  );
  assert.equal(
    refused(head('POST', '/service/Logs_20140328/operation/Nothing', headers)),
    '404 UnknownOperationException',
  );
});

test('the Action of a form names the operation, and the form is asked for first', () => {
  const request = head('POST', '/', { ...signedFor('iam'), ...FORM });
  assert.equal(needsFormBody(request), true);
  const formBody = Buffer.from('Action=GetRole&Version=2010-05-08&RoleName=a');
  assert.equal(routed(request, { formBody }), 'iam GetRole awsQuery');
  const unsigned = head('POST', '/', FORM);
  assert.equal(needsFormBody(unsigned), true);
  assert.equal(
    routed(unsigned, { formBody: Buffer.from('Action=AssumeRoleWithSAML&Version=2011-06-15') }),
    'sts AssumeRoleWithSAML awsQuery',
  );
});

test('no form is asked for where the head says enough', () => {
  assert.equal(
    needsFormBody(head('POST', '/', { ...signedFor('logs'), 'x-amz-target': 'Logs_20140328.PutLogEvents' })),
    false,
  );
  assert.equal(needsFormBody(head('POST', '/model/m/invoke', { ...signedFor('bedrock'), ...FORM })), false);
  assert.equal(needsFormBody(head('GET', '/?Action=GetCallerIdentity', signedFor('sts'))), false);
});

test('an unsigned request is told by host, target or path, and is else one to S3', () => {
  assert.equal(
    routed(head('GET', '/foundation-models', { host: 'localhost:4650' })),
    'bedrock ListFoundationModels restJson1',
  );
  assert.equal(routed(head('GET', '/b/k', { host: 'localhost:4650' })), 's3 GetObject restXml Bucket=b Key=k');
  assert.equal(
    routed(head('GET', '/foundation-models', { host: 's3.us-east-1.amazonaws.com' })),
    's3 ListObjects restXml Bucket=foundation-models',
  );
  assert.equal(
    routed(head('POST', '/model/m/invoke', { ':authority': 'bedrock-runtime.us-east-1.amazonaws.com' })),
    'bedrock-runtime InvokeModel restJson1 modelId=m',
  );
});

test('buckets are found in the path and before the host name', () => {
  const s3 = signedFor('s3');
  const at = (host: string, target: string): string => routed(head('GET', target, { ...s3, host }));
  assert.equal(at('localhost:4650', '/my.bucket/a/b%20c'), 's3 GetObject restXml Bucket=my.bucket Key=a/b c');
  assert.equal(at('127.0.0.1:4650', '/b/'), 's3 ListObjects restXml Bucket=b');
  assert.equal(at('b.localhost:4650', '/k'), 's3 GetObject restXml Bucket=b Key=k');
  assert.equal(at('b.s3.localhost', '/?list-type=2'), 's3 ListObjectsV2 restXml Bucket=b');
  assert.equal(at('s3.localhost:4650', '/b/k'), 's3 GetObject restXml Bucket=b Key=k');
  assert.equal(at('my.bucket.s3.eu-west-1.amazonaws.com', '/k'), 's3 GetObject restXml Bucket=my.bucket Key=k');
  assert.equal(at('s3.eu-west-1.amazonaws.com', '/'), 's3 ListBuckets restXml');
  assert.equal(at('varve.example.com', '/b/k'), 's3 GetObject restXml Bucket=b Key=k');
  const named = routed(head('GET', '/k', { ...s3, host: 'b.varve.example.com' }), { hostNames: ['varve.example.com'] });
  assert.equal(named, 's3 GetObject restXml Bucket=b Key=k');
});

test('a hostile host or credential is read in no time', () => {
  const host = `s3${'-'.repeat(8000)}.amazonaws.com`;
  assert.equal(routed(head('GET', '/b/k', { ...signedFor('s3'), host })), 's3 GetObject restXml Bucket=b Key=k');
  const authorization = `AWS4-HMAC-SHA256 ${'Credential=/20261121/'.repeat(700)}`;
  assert.equal(routed(head('GET', '/b/k', { authorization })), 's3 GetObject restXml Bucket=b Key=k');
});

test('a key keeps its slashes, its plus signs and its dots', () => {
  const s3 = signedFor('s3');
  assert.equal(routed(head('PUT', '/b//a//b/../c+d', s3)), 's3 PutObject restXml Bucket=b Key=/a//b/../c+d');
  assert.equal(routed(head('GET', '/b/a%2Fb%2B%E2%82%AC', s3)), 's3 GetObject restXml Bucket=b Key=a/b+€');
  assert.equal(refused(head('GET', '/b/%ff', s3)), '400 InvalidURI');
});

test('S3 operations on one path are told apart by query and copy source, with or without x-id', () => {
  const s3 = signedFor('s3');
  const cases = [
    ['PUT', '/b/k', 'PutObject'],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPart'],
    ['POST', '/b/k?uploads', 'CreateMultipartUpload'],
    ['POST', '/b/k?uploads=', 'CreateMultipartUpload'],
    ['POST', '/b/k?uploadId=u', 'CompleteMultipartUpload'],
    ['DELETE', '/b/k?uploadId=u', 'AbortMultipartUpload'],
    ['DELETE', '/b/k?versionId=v', 'DeleteObject'],
    ['GET', '/b/k?uploadId=u', 'ListParts'],
    ['GET', '/b/k?x-id=GetObject', 'GetObject'],
    ['GET', '/b/k?attributes', 'GetObjectAttributes'],
    ['HEAD', '/b/k', 'HeadObject'],
    ['HEAD', '/b', 'HeadBucket'],
    ['POST', '/b?delete', 'DeleteObjects'],
    ['GET', '/b?policy', 'GetBucketPolicy'],
    ['GET', '/b?location', 'GetBucketLocation'],
    ['GET', '/b?uploads', 'ListMultipartUploads'],
    ['GET', '/b?versions', 'ListObjectVersions'],
    ['PUT', '/b?ownershipControls', 'PutBucketOwnershipControls'],
    ['GET', '/', 'ListBuckets'],
    ['GET', '/?x-id=ListDirectoryBuckets', 'ListDirectoryBuckets'],
    ['GET', '/b?analytics', 'ListBucketAnalyticsConfigurations'],
    ['GET', '/b?analytics&id=1', 'GetBucketAnalyticsConfiguration'],
  ] as const;
  for (const [method, target, name] of cases) {
    assert.equal(routeRequest(head(method, target, s3)).operation.name, name, `${method} ${target}`);
  }
  const copy = { ...s3, 'x-amz-copy-source': '/b/other' };
  assert.equal(routeRequest(head('PUT', '/b/k', copy)).operation.name, 'CopyObject');
  assert.equal(routeRequest(head('PUT', '/b/k?partNumber=1&uploadId=u', copy)).operation.name, 'UploadPartCopy');
});

test('an unknown operation is refused as each protocol of AWS does', () => {
  assert.equal(refused(head('GET', '/nothing/here', signedFor('bedrock'))), '404 UnknownOperationException');
  assert.equal(refused(head('DELETE', '/model/m/invoke', signedFor('bedrock'))), '404 UnknownOperationException');
  assert.equal(
    refused(head('POST', '/', { ...signedFor('logs'), 'x-amz-target': 'Logs_20140328.Nothing' })),
    '400 UnknownOperationException',
  );
  assert.equal(refused(head('POST', '/', signedFor('logs'))), '400 UnknownOperationException');
  assert.equal(
    refused(head('POST', '/', { ...signedFor('iam'), ...FORM }), { formBody: Buffer.from('Action=Nothing&Version=1') }),
    '400 InvalidAction',
  );
  assert.equal(
    refused(head('POST', '/', { ...signedFor('iam'), ...FORM }), { formBody: Buffer.from('') }),
    '400 MissingAction',
  );
  assert.equal(refused(head('PATCH', '/b/k', signedFor('s3'))), '405 MethodNotAllowed');
});

test('a service that is not served is refused by name', () => {
  assert.throws(
    () => routeRequest(head('POST', '/', { ...signedFor('ec2'), ...FORM })),
    /does not serve the service "ec2"/,
  );
});

test('names that every object has are no operations', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    assert.equal(
      refused(head('POST', '/', { ...signedFor('logs'), 'x-amz-target': `Logs_20140328.${name}` })),
      '400 UnknownOperationException',
    );
    const formBody = Buffer.from(`Action=${name}&Version=2010-05-08`);
    assert.equal(refused(head('POST', '/', { ...signedFor('iam'), ...FORM }), { formBody }), '400 InvalidAction');
  }
});
