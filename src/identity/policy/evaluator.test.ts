import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyDocument } from './document.ts';
import { evaluate, type EvaluationRequest } from './evaluator.ts';
import { globOf, matchesGlob } from './glob.ts';
import { parsePolicy } from './parse.ts';
import type { RequestPrincipal } from './principals.ts';
import { seededInts } from '../../../test/support/seeded.ts';

const randomInt = seededInts();

const ACCOUNT = '123456789012';
const ROOT: RequestPrincipal = { type: 'AWS', accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` };
const BEDROCK: RequestPrincipal = { type: 'Service', name: 'bedrock.amazonaws.com' };

type Json = Record<string, unknown>;
const identity = (...statements: Json[]): PolicyDocument =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'identity');
const resource = (...statements: Json[]): PolicyDocument =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'resource');
const decide = (policies: PolicyDocument[], changes: Partial<EvaluationRequest> = {}): string =>
  evaluate({ policies, action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', principal: ROOT, ...changes }).decision;
const ALLOW = { Effect: 'Allow', Action: 's3:*', Resource: '*' };

test('the bucket policy of the logging guide lets Bedrock write under its prefix, for its account and ARN only', () => {
  const policy = resource({
    Sid: 'AmazonBedrockLogsWrite',
    Effect: 'Allow',
    Principal: { Service: 'bedrock.amazonaws.com' },
    Action: ['s3:PutObject'],
    Resource: [`arn:aws:s3:::bucket/prefix/AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs/*`],
    Condition: {
      StringEquals: { 'aws:SourceAccount': ACCOUNT },
      ArnLike: { 'aws:SourceArn': `arn:aws:bedrock:us-east-1:${ACCOUNT}:*` },
    },
  });
  const request: Partial<EvaluationRequest> = {
    action: 's3:PutObject',
    resource: `arn:aws:s3:::bucket/prefix/AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs/us-east-1/2026/x.json.gz`,
    principal: BEDROCK,
    context: { 'aws:SourceAccount': ACCOUNT, 'AWS:sourcearn': `arn:aws:bedrock:us-east-1:${ACCOUNT}:logging` },
  };
  assert.equal(decide([policy], request), 'allow');
  const denied: Partial<EvaluationRequest>[] = [
    { action: 's3:GetObject' },
    { resource: `arn:aws:s3:::bucket/AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs/x` },
    { principal: { type: 'Service', name: 'delivery.logs.amazonaws.com' } },
    { principal: ROOT },
    { principal: { type: 'anonymous' } },
    { context: { 'aws:SourceAccount': '999999999999', 'aws:SourceArn': `arn:aws:bedrock:us-east-1:${ACCOUNT}:x` } },
    { context: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': `arn:aws:bedrock:eu-west-1:${ACCOUNT}:x` } },
    { context: { 'aws:SourceAccount': ACCOUNT } },
    { context: {} },
  ];
  for (const change of denied) assert.equal(decide([policy], { ...request, ...change }), 'implicit-deny');
});

test('an explicit deny wins wherever it stands', () => {
  const deny = { Effect: 'Deny', Action: 's3:Get*', Resource: '*' };
  assert.equal(decide([identity(ALLOW, deny)]), 'explicit-deny');
  assert.equal(decide([identity(deny, ALLOW)]), 'explicit-deny');
  assert.equal(decide([identity(ALLOW), identity(deny)]), 'explicit-deny');
  assert.equal(decide([identity(ALLOW)]), 'allow');
  assert.equal(decide([identity(deny)], { action: 's3:PutObject' }), 'implicit-deny');
  assert.equal(decide([]), 'implicit-deny');
});

test('keys that differ in case only must all fit to grant, and deny when one fits', () => {
  const team = (operator: string, Effect: string) =>
    identity({ ...ALLOW, Effect, Condition: { [operator]: { 'aws:RequestTag/team': 'red' } } });
  for (const context of [
    { 'aws:RequestTag/Team': 'blue', 'aws:RequestTag/team': 'red' },
    { 'aws:RequestTag/team': 'red', 'aws:RequestTag/Team': 'blue' },
  ]) {
    for (const operator of ['StringEquals', 'StringNotEquals', 'StringEqualsIfExists', 'ForAnyValue:StringLike']) {
      assert.equal(decide([team(operator, 'Allow')], { context }), 'implicit-deny', operator);
      assert.equal(decide([identity(ALLOW), team(operator, 'Deny')], { context }), 'explicit-deny', operator);
    }
  }
  const same = { context: { 'aws:RequestTag/Team': 'red', 'aws:RequestTag/team': 'red' } };
  assert.equal(decide([team('StringEquals', 'Allow')], same), 'allow');
});

test('actions are compared without case, resources with it; Not elements mean everything else', () => {
  assert.equal(decide([identity({ ...ALLOW, Action: 'S3:getobject' })]), 'allow');
  assert.equal(decide([identity({ ...ALLOW, Resource: 'arn:aws:s3:::B/*' })]), 'implicit-deny');
  assert.equal(decide([identity({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' })]), 'allow');
  assert.equal(decide([identity({ Effect: 'Allow', NotAction: ['iam:*', 's3:*'], Resource: '*' })]), 'implicit-deny');
  assert.equal(
    decide([identity({ Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::b/*' })]),
    'implicit-deny',
  );
  assert.equal(decide([identity({ Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::c/*' })]), 'allow');
});

const SESSION: RequestPrincipal = {
  type: 'AWS',
  accountId: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/me`,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/team/Reader`,
};
const USER: RequestPrincipal = { type: 'AWS', accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/bob` };
const FEDERATED: RequestPrincipal = {
  type: 'AWS',
  accountId: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:federated-user/guest`,
  userArn: USER.arn,
};
const ANONYMOUS: RequestPrincipal = { type: 'anonymous' };
const OIDC: RequestPrincipal = { type: 'Federated', name: `arn:aws:iam::${ACCOUNT}:oidc-provider/issuer.example` };

test('principals name accounts, the role or user behind a session, the caller, services, providers, or everyone', () => {
  const naming = (Principal: unknown, principal: RequestPrincipal): string | undefined => {
    const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', principal };
    return evaluate({ ...request, policies: [resource({ ...ALLOW, Principal })] }).naming;
  };
  const cases: [principal: unknown, caller: RequestPrincipal, naming: string | undefined][] = [
    [{ AWS: ACCOUNT }, SESSION, 'account'],
    [{ AWS: ROOT.arn }, SESSION, 'account'],
    [{ AWS: [ACCOUNT, '999999999999'] }, USER, 'account'],
    [{ AWS: ACCOUNT }, ROOT, 'self'],
    [{ AWS: ROOT.arn }, ROOT, 'self'],
    [{ AWS: SESSION.roleArn }, SESSION, 'role'],
    [{ AWS: [ACCOUNT, SESSION.roleArn] }, SESSION, 'role'],
    [{ AWS: SESSION.arn }, SESSION, 'self'],
    [{ AWS: USER.arn }, USER, 'self'],
    [{ AWS: USER.arn }, FEDERATED, 'role'],
    [{ AWS: FEDERATED.arn }, FEDERATED, 'self'],
    [{ AWS: FEDERATED.arn }, USER, undefined],
    [{ AWS: '999999999999' }, SESSION, undefined],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/Reader` }, SESSION, undefined],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:user/BOB` }, USER, undefined],
    [{ Service: 'bedrock.amazonaws.com' }, BEDROCK, 'self'],
    [{ Service: 's3.amazonaws.com' }, BEDROCK, undefined],
    [{ AWS: ACCOUNT }, BEDROCK, undefined],
    [{ Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/issuer.example` }, OIDC, 'self'],
    [{ Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/other.example` }, OIDC, undefined],
    [{ AWS: ACCOUNT }, ANONYMOUS, undefined],
  ];
  for (const everyone of ['*', { AWS: '*' }, { AWS: [ACCOUNT, '*'] }]) {
    for (const anyone of [ROOT, SESSION, USER, FEDERATED, BEDROCK, OIDC, ANONYMOUS]) {
      cases.push([everyone, anyone, 'self']);
    }
  }
  for (const [principal, caller, expected] of cases) {
    assert.equal(naming(principal, caller), expected, `${JSON.stringify(principal)} of ${JSON.stringify(caller)}`);
  }
});

test('a Deny with NotPrincipal spares only whose account, role and own ARN are all named, and nobody with a boundary', () => {
  const allowed = (NotPrincipal: unknown, principal: RequestPrincipal, bounded = false): boolean =>
    decide([resource({ ...ALLOW, Principal: '*' }, { ...ALLOW, Effect: 'Deny', NotPrincipal })], {
      principal,
      bounded,
    }) === 'allow';
  const session = [SESSION.arn, SESSION.roleArn];
  const cases: [notPrincipal: unknown, caller: RequestPrincipal, spared: boolean][] = [
    [{ AWS: [USER.arn, ROOT.arn] }, USER, true],
    [{ AWS: [USER.arn, ACCOUNT] }, USER, true],
    [{ AWS: USER.arn }, USER, false],
    [{ AWS: ROOT.arn }, USER, false],
    [{ AWS: ROOT.arn }, ROOT, true],
    [{ AWS: [USER.arn, ROOT.arn] }, SESSION, false],
    [{ AWS: [...session, ROOT.arn] }, SESSION, true],
    [{ AWS: session }, SESSION, false],
    [{ AWS: [SESSION.arn, ROOT.arn] }, SESSION, false],
    [{ AWS: [SESSION.roleArn, ROOT.arn] }, SESSION, false],
    [{ AWS: [FEDERATED.arn, USER.arn, ACCOUNT] }, FEDERATED, true],
    [{ AWS: [FEDERATED.arn, ACCOUNT] }, FEDERATED, false],
    [{ Service: 'bedrock.amazonaws.com' }, BEDROCK, true],
    [{ AWS: ROOT.arn }, BEDROCK, false],
    [{ AWS: ROOT.arn }, ANONYMOUS, false],
    ['*', ANONYMOUS, true],
    ['*', USER, true],
  ];
  for (const [notPrincipal, caller, spared] of cases) {
    assert.equal(allowed(notPrincipal, caller), spared, `${JSON.stringify(notPrincipal)} ${JSON.stringify(caller)}`);
  }
  assert.equal(allowed({ AWS: [USER.arn, ROOT.arn] }, USER, true), false);
});

test('an Allow with NotPrincipal leaves out whoever a Principal would name', () => {
  const allowed = (NotPrincipal: unknown, principal: RequestPrincipal): boolean =>
    decide([resource({ ...ALLOW, NotPrincipal })], { principal }) === 'allow';
  assert.ok(!allowed({ AWS: ACCOUNT }, USER));
  assert.ok(!allowed({ AWS: USER.arn }, USER));
  assert.ok(!allowed({ AWS: SESSION.roleArn }, SESSION));
  assert.ok(!allowed('*', ANONYMOUS));
  assert.ok(allowed({ AWS: USER.arn }, SESSION));
  assert.ok(allowed({ AWS: USER.arn }, BEDROCK));
});

test('condition operators compare as the IAM guide says', () => {
  const cases: [operator: string, wanted: unknown, actual: string | string[] | undefined, holds: boolean][] = [
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringEquals', 'a*', 'abc', false],
    ['StringEquals', 'a', undefined, false],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', 'a', undefined, true],
    ['StringEqualsIgnoreCase', 'ABC', 'abc', true],
    ['StringNotEqualsIgnoreCase', 'ABC', 'abc', false],
    ['StringLike', 'a?c*', 'abcdef', true],
    ['StringLike', 'a?c', 'ac', false],
    ['StringNotLike', 'a*', 'abc', false],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringEqualsIfExists', 'a', 'b', false],
    ['NumericLessThan', '10', '9.5', true],
    ['NumericLessThan', 10, '10', false],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericEquals', '10', 'ten', false],
    ['NumericNotEquals', '10', '11', true],
    ['NumericGreaterThan', '10', '11', true],
    ['NumericGreaterThanEquals', '10', '9', false],
    ['DateGreaterThan', '2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z', true],
    ['DateLessThan', '2026-01-01T00:00:00Z', '1700000000', true],
    ['DateEquals', '2026-01-01', 'never', false],
    ['Bool', true, 'True', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'yes', 'yes', false],
    ['BinaryEquals', 'QUJD', 'QUJD', true],
    ['IpAddress', '10.0.0.0/8', '10.1.2.3', true],
    ['IpAddress', '10.0.0.0/8', '11.1.2.3', false],
    ['IpAddress', ['::1/128', '127.0.0.1'], '127.0.0.1', true],
    ['IpAddress', '2001:db8::/32', '2001:db8::5', true],
    ['IpAddress', '10.0.0.0/99', '10.0.0.0', false],
    ['IpAddress', 'nonsense', '10.0.0.0', false],
    ['NotIpAddress', '10.0.0.0/8', '10.1.2.3', false],
    ['ArnLike', 'arn:aws:s3:::b*', 'arn:aws:s3:::bucket/a:b', true],
    ['ArnLike', 'arn:*:a', 'arn:aws:s3:::a', false],
    ['ArnLike', 'arn:aws:*:*:*:a:*', 'arn:aws:logs:r:1:a:b', true],
    ['ArnEquals', 'arn:aws:s3:::b', 'arn:aws:s3:::c', false],
    ['ArnNotLike', 'arn:aws:s3:::b', 'arn:aws:s3:::c', true],
    ['ArnLike', 'arn:aws:s3:::b', 'no arn', false],
    ['Null', 'true', undefined, true],
    ['Null', 'true', 'x', false],
    ['Null', 'false', 'x', true],
    ['Null', 'false', undefined, false],
    ['Null', ['true', 'false'], 'x', true],
    ['Null', ['true', 'false'], undefined, true],
    ['Null', true, [], true],
    ['Null', 'true', '', true],
    ['Null', 'false', ['', 'x'], true],
    ['Null', 'maybe', 'x', false],
    ['Null', 'maybe', undefined, false],
    ['Bool', ['true', 'false'], 'false', true],
    ['Bool', [], 'false', false],
    ['Bool', 'true', 'yes', false],
    ['BoolIfExists', 'true', undefined, true],
    ['BoolIfExists', 'true', 'false', false],
    ['BinaryEquals', 'QUJD', 'QUJE', false],
    ['BinaryEquals', 'QUJD', undefined, false],
    ['StringEquals', '', '', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', [], 'a', false],
    ['StringNotEquals', [], 'a', true],
    ['StringNotLike', 'a*', undefined, true],
    ['StringNotEqualsIfExists', 'a', undefined, true],
    ['StringNotEqualsIfExists', 'a', 'a', false],
    ['NumericNotEquals', '10', 'ten', false],
    ['NumericNotEquals', 'ten', '10', false],
    ['NumericNotEquals', '10', undefined, true],
    ['NumericEquals', '10', '10.0', true],
    ['NumericLessThan', '0', '-1', true],
    ['DateLessThan', '2026-01-01', '2025-12-31T23:59:59.999Z', true],
    ['DateLessThan', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00Z', false],
    ['DateGreaterThanEquals', '2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00Z', true],
    ['DateEquals', '1767225600', '2026-01-01T00:00:00', true],
    ['DateNotEquals', '2026-01-01', 'never', false],
    ['DateNotEquals', '2026-01-01', undefined, true],
    ['NotIpAddress', 'nonsense', '10.0.0.0', false],
    ['NotIpAddress', '10.0.0.0/8', 'AWS Internal', false],
    ['NotIpAddress', '10.0.0.0/8', '2001:db8::1', true],
    ['NotIpAddress', ['10.0.0.0/8', '192.168.0.0/16'], '192.168.1.1', false],
    ['NotIpAddress', '10.0.0.0/8', undefined, true],
    ['IpAddress', '10.0.0.7/8', '10.1.2.3', true],
    ['IpAddress', '10.0.0.0/', '10.0.0.0', false],
    ['ArnEquals', 'arn:aws:s3:::b?', 'arn:aws:s3:::bc', true],
    ['ArnLike', '*', 'arn:aws:s3:::b', true],
    // The example of the guide: a star of an ARN stays between its colons.
    [
      'ArnLike',
      'arn:aws:someservice:*:111122223333:finance/*',
      'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
      false,
    ],
    [
      'StringLike',
      'arn:aws:someservice:*:111122223333:finance/*',
      'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
      true,
    ],
    ['ArnNotLike', 'arn:aws:s3:::b', 'no arn', false],
    ['ArnNotEquals', 'arn:aws:s3:::b', undefined, true],
    ['ForAllValues:StringEquals', ['a'], [], true],
    ['ForAllValues:StringEquals', ['a'], '', true],
    ['ForAllValues:StringNotEquals', ['a'], undefined, true],
    ['ForAllValues:StringNotEquals', ['a'], ['b', 'a'], false],
    ['ForAllValues:StringEqualsIfExists', ['a'], ['b'], false],
    ['ForAnyValue:StringNotEquals', ['a'], undefined, false],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
    ['ForAnyValue:StringEqualsIfExists', ['a'], undefined, true],
    ['ForAnyValue:StringLike', ['a*'], '', false],
    ['ForAnyValue:NumericLessThan', ['5'], ['x', '4'], true],
    ['ForAllValues:NumericLessThan', ['5'], ['x', '4'], false],
    ['StringEquals', 'a', ['b', 'a'], true],
    ['StringNotEquals', 'a', ['b', 'a'], false],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', ['a'], undefined, true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
    ['ForAnyValue:StringEquals', ['a'], undefined, false],
    ['ForAnyValue:StringEquals', ['a'], [], false],
    ['ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
    ['ForAllValues:StringNotLike', ['a*'], ['b', 'ab'], false],
  ];
  for (const [operator, wanted, actual, holds] of cases) {
    const policy = identity({ ...ALLOW, Condition: { [operator]: { 'test:Key': wanted } } });
    const context = actual === undefined ? {} : { 'TEST:key': actual };
    const text = `${operator} ${JSON.stringify(wanted)} against ${JSON.stringify(actual)}`;
    assert.equal(decide([policy], { context }) === 'allow', holds, text);
  }
});

test('every condition of a statement must hold', () => {
  const Condition = { StringEquals: { 'a:x': '1', 'a:y': '2' }, Bool: { 'a:z': 'true' } };
  const policy = identity({ ...ALLOW, Condition });
  const context = { 'a:x': '1', 'a:y': '2', 'a:z': 'true' };
  assert.equal(decide([policy], { context }), 'allow');
  for (const key of Object.keys(context)) {
    assert.equal(decide([policy], { context: { ...context, [key]: 'other' } }), 'implicit-deny');
  }
});

test('policy variables stand for text, never for wildcards, and without a value grant nothing', () => {
  const policy = identity({ ...ALLOW, Resource: 'arn:aws:s3:::b/${aws:username}/*' });
  const at = (key: string, username?: string): string =>
    decide([policy], {
      resource: `arn:aws:s3:::b/${key}`,
      context: username === undefined ? {} : { 'aws:username': username },
    });
  assert.equal(at('ann/x', 'ann'), 'allow');
  assert.equal(at('bob/x', 'ann'), 'implicit-deny');
  assert.equal(at('bob/x', '*'), 'implicit-deny');
  assert.equal(at('*/x', '*'), 'allow');
  assert.equal(at('bob/x'), 'implicit-deny');
  const withDefault = identity({ ...ALLOW, Resource: "arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}/${*}" });
  assert.equal(decide([withDefault], { resource: 'arn:aws:s3:::b/none/*' }), 'allow');
  assert.equal(decide([withDefault], { resource: 'arn:aws:s3:::b/none/x' }), 'implicit-deny');
  const notEquals = { StringNotEquals: { 'a:x': '${aws:username}' } };
  const context = { 'a:x': '1' };
  assert.equal(decide([identity({ ...ALLOW, Condition: notEquals })], { context }), 'implicit-deny');
  const deny = { ...ALLOW, Effect: 'Deny', Condition: notEquals };
  assert.equal(decide([identity(ALLOW, deny)], { context }), 'explicit-deny');
});

test('policies of the 2008 language know no variables', () => {
  const old = parsePolicy(
    JSON.stringify({ Statement: { ...ALLOW, Principal: '*', Resource: 'arn:aws:s3:::b/${a:b}' } }),
    'resource',
  );
  assert.equal(decide([old], { resource: 'arn:aws:s3:::b/${a:b}' }), 'allow');
});

test('a pattern built to backtrack is matched at once', () => {
  assert.equal(matchesGlob(globOf('*a'.repeat(500) + '*b'), 'a'.repeat(2000)), false);
  assert.equal(matchesGlob(globOf('*a'.repeat(500)), 'a'.repeat(2000)), true);
});

test('globs agree with a plain recursive reading on 20000 random short texts', () => {
  const reference = (pattern: string, text: string): boolean => {
    if (pattern === '') return text === '';
    if (pattern[0] === '*')
      return reference(pattern.slice(1), text) || (text !== '' && reference(pattern, text.slice(1)));
    return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && reference(pattern.slice(1), text.slice(1));
  };
  const random = (characters: string, length: number): string =>
    Array.from({ length: randomInt(length) }, () => characters[randomInt(characters.length)]).join('');
  for (let round = 0; round < 20_000; round += 1) {
    const pattern = random('ab*?', 7);
    const text = random('ab', 8);
    assert.equal(matchesGlob(globOf(pattern), text), reference(pattern, text), `${pattern} on ${text}`);
  }
});

test('over random policies: deny wins, order does not matter, removing an allow never grants', () => {
  const pick = <T>(items: readonly T[]): T => items[randomInt(items.length)] as T;
  const randomStatement = (): Json => ({
    Effect: pick(['Allow', 'Allow', 'Deny']),
    [pick(['Action', 'Action', 'NotAction'])]: pick(['s3:*', 's3:GetObject', ['s3:Put*', 'logs:*'], '*']),
    [pick(['Resource', 'Resource', 'NotResource'])]: pick([
      '*',
      'arn:aws:s3:::b/*',
      'arn:aws:s3:::c',
      'arn:aws:s3:::${a:x}/k',
    ]),
    ...pick([
      {},
      { Condition: { [pick(['StringEquals', 'StringNotEquals'])]: { 'a:x': pick(['b', 'c', '${a:y}']) } } },
    ]),
  });
  for (let round = 0; round < 3000; round += 1) {
    const statements = Array.from({ length: randomInt(1, 6) }, randomStatement);
    const context: Record<string, string> = pick([{}, { 'a:x': 'b' }, { 'a:x': 'c', 'a:y': 'c' }]);
    const decision = (list: Json[]): string =>
      list.length === 0 ? 'implicit-deny' : decide([identity(...list)], { context });
    const whole = decision(statements);
    const alone = statements.map((statement) => decision([statement]));
    const expected = alone.includes('explicit-deny')
      ? 'explicit-deny'
      : alone.includes('allow')
        ? 'allow'
        : 'implicit-deny';
    assert.equal(whole, expected);
    assert.equal(decision(statements.toReversed()), whole);
    assert.equal(
      decide(
        statements.map((statement) => identity(statement)),
        { context },
      ),
      whole,
    );
    statements.forEach((statement, index) => {
      if (statement['Effect'] !== 'Allow' || whole === 'allow') return;
      assert.notEqual(decision(statements.toSpliced(index, 1)), 'allow');
    });
  }
});
