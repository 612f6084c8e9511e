import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, type RequestPrincipal } from '../policy/index.ts';
import { awsManagedPolicies, awsManagedPolicy, awsManagedPolicyByArn } from './index.ts';

const PRINCIPAL: RequestPrincipal = { type: 'AWS', accountId: '123456789012', arn: 'arn:aws:iam::123456789012:user/a' };

function decision(name: string, action: string, resource = '*', context = {}): string {
  const document = awsManagedPolicy(`arn:aws:iam::aws:policy/${name}`)?.document;
  assert.ok(document, name);
  return evaluate({ policies: [document], action, resource, principal: PRINCIPAL, context }).decision;
}

test('every policy of the table can be read, is found by its ARN, and has an id of its own', () => {
  const policies = awsManagedPolicies();
  assert.equal(policies.length, 23);
  for (const policy of policies) {
    const arn = `arn:aws:iam::aws:policy${policy.path}${policy.name}`;
    assert.equal(awsManagedPolicyByArn(arn), policy);
    assert.ok((awsManagedPolicy(arn)?.document.statements.length ?? 0) > 0, arn);
    assert.match(policy.id, /^ANPA[A-Z2-7]{17}$/);
    assert.ok(policy.createdAtMs <= policy.updatedAtMs && policy.createdAtMs > 0, arn);
  }
  assert.equal(new Set(policies.map(({ id }) => id)).size, policies.length);
  assert.equal(awsManagedPolicyByArn('arn:aws:iam::aws:policy/NoSuchPolicy'), undefined);
});

test('the policies allow what their names say, and no more', () => {
  const invoke = ['bedrock:InvokeModel', 'arn:aws:bedrock:us-east-1::foundation-model/m'] as const;
  assert.equal(decision('AdministratorAccess', 'iam:CreateUser'), 'allow');
  assert.equal(decision('PowerUserAccess', ...invoke), 'allow');
  assert.equal(decision('PowerUserAccess', 'iam:CreateUser'), 'implicit-deny');
  assert.equal(decision('PowerUserAccess', 'iam:ListRoles'), 'allow');
  assert.equal(decision('AmazonBedrockFullAccess', ...invoke), 'allow');
  assert.equal(decision('AmazonBedrockReadOnly', ...invoke), 'implicit-deny');
  assert.equal(decision('AmazonBedrockReadOnly', 'bedrock:ListFoundationModels'), 'allow');
  assert.equal(decision('AmazonBedrockLimitedAccess', 'bedrock:CallWithBearerToken'), 'allow');
  for (const name of ['ReadOnlyAccess', 'SecurityAudit']) {
    assert.equal(decision(name, 'bedrock:GetModelInvocationLoggingConfiguration'), 'allow');
    assert.equal(decision(name, 'bedrock:PutModelInvocationLoggingConfiguration'), 'implicit-deny');
    assert.equal(decision(name, ...invoke), 'implicit-deny');
    assert.equal(decision(name, 'logs:PutLogEvents'), 'implicit-deny');
    assert.equal(decision(name, 's3:PutObject', 'arn:aws:s3:::b/k'), 'implicit-deny');
  }
  assert.equal(decision('ReadOnlyAccess', 's3:GetObject', 'arn:aws:s3:::b/k'), 'allow');
  assert.equal(decision('SecurityAudit', 's3:GetObject', 'arn:aws:s3:::b/k'), 'implicit-deny');
  assert.equal(decision('SecurityAudit', 'logs:GetLogEvents'), 'implicit-deny');
  assert.equal(decision('CloudWatchLogsReadOnlyAccess', 'logs:PutLogEvents'), 'implicit-deny');
  assert.equal(decision('IAMReadOnlyAccess', 'iam:SimulatePrincipalPolicy'), 'allow');
  const role = 'arn:aws:iam::123456789012:role/service-role/AmazonBedrockExecutionRole';
  const passed = (service: string) => ({ 'iam:PassedToService': service });
  assert.equal(
    decision('AmazonBedrockFullAccess', 'iam:PassRole', 'arn:aws:iam::1:role/x', passed('bedrock.amazonaws.com')),
    'implicit-deny',
  );
  assert.equal(decision('AWSCloudTrail_FullAccess', 'iam:PassRole', role, passed('cloudtrail.amazonaws.com')), 'allow');
});
