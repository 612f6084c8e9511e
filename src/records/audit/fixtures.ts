import type { AuditEvent } from './types.ts';

/** For tests: a model call of a role's session, as real ones look. */
export const INVOKE_MODEL: AuditEvent = {
  eventId: '7c5a3f0e-4f0b-4a39-9f5d-0d6a9c1b2e3f',
  requestId: '2f9d8c7b-6a5e-4d3c-8b2a-1f0e9d8c7b6a',
  receivedMs: Date.UTC(2026, 10, 21, 9, 29, 58, 100),
  endedMs: Date.UTC(2026, 10, 21, 9, 30, 0, 999),
  accountId: '111122223333',
  region: 'eu-central-1',
  eventSource: 'bedrock.amazonaws.com',
  eventName: 'InvokeModel',
  eventType: 'AwsApiCall',
  category: 'Management',
  readOnly: true,
  identity: {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLE000000001:batch',
    arn: 'arn:aws:sts::111122223333:assumed-role/writer/batch',
    accountId: '111122223333',
    accessKeyId: 'ASIAEXAMPLE000000001',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLE000000001',
        arn: 'arn:aws:iam::111122223333:role/writer',
        accountId: '111122223333',
        userName: 'writer',
      },
      attributes: { creationDate: '2026-11-21T09:00:00Z', mfaAuthenticated: 'false' },
    },
  },
  sourceIp: '::ffff:192.0.2.10',
  userAgent: 'Boto3/1.40.1 md/Botocore#1.40.1',
  requestParameters: { modelId: 'anthropic.claude-3-haiku-20240307-v1:0' },
  responseElements: null,
  tls: {
    clientProvidedHostHeader: 'bedrock-runtime.eu-central-1.amazonaws.com',
    cipherSuite: 'TLS_AES_128_GCM_SHA256',
    tlsVersion: 'TLSv1.3',
  },
  routes: ['trail:5.1'],
};
