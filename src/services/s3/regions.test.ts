import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketRegion } from './regions.ts';

test('outside us-east-1 a bucket needs the constraint of the region that the request is signed for', () => {
  assert.throws(() => bucketRegion('eu-west-1', undefined), {
    code: 'IllegalLocationConstraintException',
    message:
      'The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.',
  });
  assert.equal(bucketRegion('eu-west-1', 'eu-west-1'), 'eu-west-1');
  assert.equal(bucketRegion('eu-west-1', 'EU'), 'eu-west-1');
  assert.equal(bucketRegion('us-east-1', undefined), 'us-east-1');
});
