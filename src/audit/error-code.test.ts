import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadService } from '#wire';
import { errorCodeOf } from './error-code.ts';

test('an error of a query service has the name of its exception', () => {
  assert.equal(errorCodeOf('NoSuchEntity', loadService('iam')), 'NoSuchEntityException');
  assert.equal(errorCodeOf('ReportNotPresent', loadService('iam')), 'CredentialReportNotPresentException');
  assert.equal(errorCodeOf('InvalidParameter', loadService('sns')), 'InvalidParameterException');
});

test('a refusal is AccessDenied in every service', () => {
  assert.equal(errorCodeOf('AccessDenied', loadService('iam')), 'AccessDenied');
  assert.equal(errorCodeOf('AccessDenied', loadService('s3')), 'AccessDenied');
  assert.equal(errorCodeOf('AccessDeniedException', loadService('bedrock')), 'AccessDenied');
});

test('other errors keep the name that callers see', () => {
  assert.equal(errorCodeOf('ValidationError', loadService('iam')), 'ValidationError');
  assert.equal(errorCodeOf('ValidationException', loadService('bedrock-runtime')), 'ValidationException');
  assert.equal(errorCodeOf('NoSuchBucket', loadService('s3')), 'NoSuchBucket');
  assert.equal(errorCodeOf('constructor', loadService('sts')), 'constructor');
});
