import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutQuotedValues } from './quoted-values.ts';

test('values of members that are not shown are left out of a message', () => {
  const message =
    "2 validation errors detected: Value 'it's\na secret' at 'messages.1.member.text' failed to satisfy constraint: Member must have length less than or equal to 3; Value 'm' at 'modelId' failed to satisfy constraint: Member must satisfy regular expression pattern: a";
  assert.equal(
    withoutQuotedValues(message, ([name]) => name === 'modelId'),
    "2 validation errors detected: Value at 'messages.1.member.text' failed to satisfy constraint: Member must have length less than or equal to 3; Value 'm' at 'modelId' failed to satisfy constraint: Member must satisfy regular expression pattern: a",
  );
  assert.equal(
    withoutQuotedValues('Malformed input request, please reformat your input and try again.', () => false),
    'Malformed input request, please reformat your input and try again.',
  );
  assert.equal(
    withoutQuotedValues(
      `1 error: Value '${'secret'.repeat(2_000)}' at 'a' failed to satisfy constraint: b`,
      () => false,
    ),
    '1 error: ',
  );
});
