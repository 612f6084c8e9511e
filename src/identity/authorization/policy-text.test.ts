import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextKeysIn, statementSpans } from './policy-text.ts';

const STATEMENT = { Effect: 'Allow', Action: '*', Resource: '*' };
const told = (text: string) =>
  statementSpans(text).map(({ start, end }) => [start.line, start.column, end.line, end.column]);

test("statements stand where AWS's simulator has told them", () => {
  // Seen in public answers of AWS's: AdministratorAccess, with two blanks of indentation.
  assert.deepEqual(told(JSON.stringify({ Version: '2012-10-17', Statement: [STATEMENT] }, null, 2)), [[3, 17, 8, 6]]);
  // Seen: a minified policy whose first statement starts at column 38.
  const minified = JSON.stringify({ Version: '2012-10-17', Statement: [STATEMENT, STATEMENT] });
  const length = JSON.stringify(STATEMENT).length;
  assert.deepEqual(told(minified), [
    [1, 38, 1, 38 + length],
    [1, 39 + length, 1, 39 + 2 * length],
  ]);
});

test('a lone statement, quotes, braces in strings, conditions and keys given twice do not lead astray', () => {
  const lone = `{"Statement": {"Sid":"a\\"}]{[","Effect":"Allow"}, "Version":"2012-10-17"}`;
  const [span] = statementSpans(lone);
  assert.equal(
    lone.slice((span?.start.column ?? 0) - 1, (span?.end.column ?? 0) - 1),
    ` {"Sid":"a\\"}]{[","Effect":"Allow"}`,
  );
  const nested = `{"Statement":[{"Condition":{"Bool":{"a:b":["x",{}]}},"Action":["a","b"]},{"Action":[]}],"Id":"Statement"}`;
  assert.equal(statementSpans(nested).length, 2);
  assert.equal(statementSpans(`{"Statement":[{},{}],"Statement":[{}]}`).length, 1);
  assert.equal(statementSpans(`{"\\u0053tatement":[{}]}`).length, 1);
  assert.equal(statementSpans(`{"Version":"2012-10-17","Other":[{},{}]}`).length, 0);
});

test('context keys are those of conditions and variables, each once', () => {
  const text = JSON.stringify({
    Statement: [
      {
        Resource: ['arn:aws:s3:::b/${aws:username}/${*}/x', "arn:aws:s3:::${aws:PrincipalTag/team, 'none'}/*"],
        Condition: { StringEquals: { 'aws:SourceVpc': '${aws:userid}' }, Bool: { 'AWS:USERNAME': true } },
      },
      { NotResource: '${s3:prefix}', Condition: { IpAddress: { 'aws:sourceip': ['10.0.0.0/8'] } } },
    ],
  });
  assert.deepEqual(contextKeysIn([text, text]), [
    'aws:SourceVpc',
    'aws:userid',
    'AWS:USERNAME',
    'aws:PrincipalTag/team',
    'aws:sourceip',
    's3:prefix',
  ]);
});
