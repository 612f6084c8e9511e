import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INVOKE_MODEL } from './fixtures.ts';
import { renderAuditEvent } from './render.ts';
import type { AuditEvent } from './types.ts';

function rendered(event: AuditEvent): Record<string, unknown> {
  return JSON.parse(renderAuditEvent(event)) as Record<string, unknown>;
}

test('a model call is one line, its keys in the order of real records', () => {
  assert.equal(
    renderAuditEvent(INVOKE_MODEL),
    '{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE000000001:batch",' +
      '"arn":"arn:aws:sts::111122223333:assumed-role/writer/batch","accountId":"111122223333",' +
      '"accessKeyId":"ASIAEXAMPLE000000001","sessionContext":{"sessionIssuer":{"type":"Role",' +
      '"principalId":"AROAEXAMPLE000000001","arn":"arn:aws:iam::111122223333:role/writer","accountId":"111122223333",' +
      '"userName":"writer"},"attributes":{"creationDate":"2026-11-21T09:00:00Z","mfaAuthenticated":"false"}}},' +
      '"eventTime":"2026-11-21T09:30:00Z","eventSource":"bedrock.amazonaws.com","eventName":"InvokeModel",' +
      '"awsRegion":"eu-central-1","sourceIPAddress":"192.0.2.10","userAgent":"Boto3/1.40.1 md/Botocore#1.40.1",' +
      '"requestParameters":{"modelId":"anthropic.claude-3-haiku-20240307-v1:0"},"responseElements":null,' +
      '"requestID":"2f9d8c7b-6a5e-4d3c-8b2a-1f0e9d8c7b6a","eventID":"7c5a3f0e-4f0b-4a39-9f5d-0d6a9c1b2e3f",' +
      '"readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333",' +
      '"eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256",' +
      '"clientProvidedHostHeader":"bedrock-runtime.eu-central-1.amazonaws.com"}}',
  );
});

test('what only some events have stands where real records have it', () => {
  const event: AuditEvent = {
    ...INVOKE_MODEL,
    category: 'Data',
    errorCode: 'AccessDenied',
    errorMessage: 'no',
    additional: { callWithBearerToken: true },
    resources: [
      { type: 'AWS::Bedrock::Guardrail', ARN: 'arn:aws:bedrock:eu-central-1:111122223333:guardrail/a', accountId: '1' },
      { ARNPrefix: 'arn:aws:s3:::logs/', type: 'AWS::S3::Object' },
    ],
    sharedEventId: '1d9c33f5-2b8e-4f43-8e35-5a0f1c2d3e4f',
    fromConsole: true,
  };
  const record = rendered(event);
  assert.deepEqual(Object.keys(record), [
    'eventVersion',
    'userIdentity',
    'eventTime',
    'eventSource',
    'eventName',
    'awsRegion',
    'sourceIPAddress',
    'userAgent',
    'errorCode',
    'errorMessage',
    'requestParameters',
    'responseElements',
    'additionalEventData',
    'requestID',
    'eventID',
    'readOnly',
    'resources',
    'eventType',
    'managementEvent',
    'recipientAccountId',
    'sharedEventID',
    'eventCategory',
    'tlsDetails',
    'sessionCredentialFromConsole',
  ]);
  assert.equal(record['managementEvent'], false);
  assert.equal(record['eventCategory'], 'Data');
  assert.equal(record['sessionCredentialFromConsole'], 'true');
  assert.equal(
    JSON.stringify(record['resources']),
    '[{"accountId":"1","type":"AWS::Bedrock::Guardrail","ARN":"arn:aws:bedrock:eu-central-1:111122223333:guardrail/a"},' +
      '{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::logs/"}]',
  );
});

test('a call that a service makes comes from the service', () => {
  const record = rendered({ ...INVOKE_MODEL, identity: { type: 'AWSService', invokedBy: 'bedrock.amazonaws.com' } });
  assert.equal(record['sourceIPAddress'], 'bedrock.amazonaws.com');
  assert.equal(record['userAgent'], 'bedrock.amazonaws.com');
  assert.ok(!('tlsDetails' in record));
});

test('addresses of version 6 stay, an agent that did not say its name is left out', () => {
  const record = rendered({ ...INVOKE_MODEL, sourceIp: '2001:db8::1', userAgent: '' });
  assert.equal(record['sourceIPAddress'], '2001:db8::1');
  assert.ok(!('userAgent' in record));
});

test('an event that went through the journal gives the same line', () => {
  const event: AuditEvent = {
    ...INVOKE_MODEL,
    requestParameters: JSON.parse('{"b":1,"a":{"__proto__":"x","10":1,"2":null}}') as AuditEvent['requestParameters'],
    responseElements: { text: '漢字 \ud83d\ude00 "quoted"\n' },
  };
  const line = renderAuditEvent(event);
  assert.equal(renderAuditEvent(JSON.parse(JSON.stringify(event)) as AuditEvent), line);
  assert.ok(line.includes('"__proto__":"x"'), line);
});
