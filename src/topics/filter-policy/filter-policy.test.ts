import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageAttribute } from '../types.ts';
import { matchesAttributes, matchesBody } from './match.ts';
import { parseFilterPolicy } from './parse.ts';

const text = (value: string): MessageAttribute => ({ type: 'String', value });
const number = (value: string): MessageAttribute => ({ type: 'Number', value });
const list = (...values: unknown[]): MessageAttribute => ({ type: 'String.Array', value: JSON.stringify(values) });

/** What a policy says of messages, by their attributes. */
const CASES: [policy: object, attributes: Record<string, MessageAttribute>, wanted: boolean][] = [
  [{ a: ['x', 'y'] }, { a: text('y') }, true],
  [{ a: ['x', 'y'] }, { a: text('z') }, false],
  [{ a: ['x', 'y'] }, {}, false],
  [{ a: ['x'], b: ['y'] }, { a: text('x'), b: text('y') }, true],
  [{ a: ['x'], b: ['y'] }, { a: text('x') }, false],
  [{ a: [1] }, { a: number('1.0') }, true],
  [{ a: [1] }, { a: text('1') }, false],
  [{ a: ['x'] }, { a: list('w', 'x') }, true],
  [{ a: [true, null] }, { a: list(null) }, true],
  [{ a: [{ prefix: 'or' }] }, { a: text('order') }, true],
  [{ a: [{ prefix: 'or' }] }, { a: text('border') }, false],
  [{ a: [{ suffix: 'der' }] }, { a: text('order') }, true],
  [{ a: [{ 'equals-ignore-case': 'ORDER' }] }, { a: text('Order') }, true],
  [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: text('z') }, true],
  [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: text('x') }, false],
  [{ a: [{ 'anything-but': 'x' }] }, {}, false],
  [{ a: [{ 'anything-but': { prefix: 'or' } }] }, { a: text('order') }, false],
  [{ a: [{ 'anything-but': { prefix: 'or' } }] }, { a: text('cart') }, true],
  [{ a: [{ 'anything-but': { suffix: 'rt' } }] }, { a: text('cart') }, false],
  [{ a: [{ numeric: ['=', 301.5] }] }, { a: number('3.015e2') }, true],
  [{ a: [{ numeric: ['>', 0, '<=', 150] }] }, { a: number('150') }, true],
  [{ a: [{ numeric: ['>', 0, '<=', 150] }] }, { a: number('0') }, false],
  [{ a: [{ numeric: ['<', 0] }] }, { a: number('-1') }, true],
  [{ a: [{ numeric: ['<', 0] }] }, { a: text('-1') }, false],
  [{ a: [{ exists: true }] }, { a: { type: 'Binary', value: 'AA==' } }, true],
  [{ a: [{ exists: true }] }, {}, false],
  [{ a: [{ exists: false }] }, {}, true],
  [{ a: [{ exists: false }] }, { a: text('x') }, false],
  [{ a: ['x', { exists: false }] }, {}, true],
  [{ constructor: ['x'] }, {}, false],
];

test('each condition on attributes, as the guide describes it', () => {
  for (const [policy, attributes, wanted] of CASES) {
    const parsed = parseFilterPolicy(JSON.stringify(policy), 'MessageAttributes');
    assert.equal(matchesAttributes(parsed, attributes), wanted, JSON.stringify({ policy, attributes }));
  }
});

test('conditions on the body: nested keys, arrays on the way, and nothing of what is no object', () => {
  const cases: [policy: object, body: unknown, wanted: boolean][] = [
    [{ detail: { state: ['on'] } }, { detail: { state: 'on' } }, true],
    [{ detail: { state: ['on'] } }, { detail: { state: 'off' } }, false],
    [{ detail: { state: ['on'] } }, { detail: 'on' }, false],
    [{ items: { price: [{ numeric: ['>', 5] }] } }, { items: [{ price: 1 }, { price: 9 }] }, true],
    [{ tags: ['b'] }, { tags: ['a', 'b'] }, true],
    [{ a: [{ exists: false }] }, { b: 1 }, true],
    [{ a: [null] }, { a: null }, true],
    [{ a: [true] }, { a: true }, true],
    [{ a: ['x'] }, ['a'], false],
    [{ a: ['x'] }, 'text', false],
  ];
  for (const [policy, body, wanted] of cases) {
    const parsed = parseFilterPolicy(JSON.stringify(policy), 'MessageBody');
    assert.equal(matchesBody(parsed, JSON.stringify(body)), wanted, JSON.stringify({ policy, body }));
  }
  assert.equal(matchesBody(parseFilterPolicy('{"a":["x"]}', 'MessageBody'), 'no JSON'), false);
});

test('a policy that is none, or more than Varve knows, is refused in words', () => {
  const cases: [policy: string, message: RegExp][] = [
    ['{', /failed to parse JSON/],
    ['[]', /must be an object/],
    ['{"a":"x"}', /must be an object or an array/],
    ['{"a":[]}', /Empty arrays are not allowed/],
    ['{"a":{"b":["x"]}}', /does not support nested/],
    ['{"$or":[{"a":["x"]}]}', /Varve does not know \$or/],
    ['{"a":[{"cidr":"10.0.0.0/8"}]}', /Unrecognized match type cidr/],
    ['{"a":[{"prefix":1}]}', /must be a string/],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', /Only one key allowed/],
    ['{"a":[{"numeric":["about",1]}]}', /Unrecognized numeric range operator/],
    ['{"a":[{"numeric":[">",5,"<",5]}]}', /Bottom must be less than top/],
    ['{"a":[{"numeric":["<",5,">",1]}]}', /Bad numeric range operator/],
    ['{"a":[{"exists":"yes"}]}', /either true or false/],
    ['{"a":[{"anything-but":{"wildcard":"*"}}]}', /not with wildcard/],
    ['{"a":[10000000000]}', /must be between/],
  ];
  for (const [policy, message] of cases) {
    assert.throws(() => parseFilterPolicy(policy, 'MessageAttributes'), { code: 'InvalidParameter', message }, policy);
  }
  const keys = Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`k${at}`, ['x']]));
  assert.throws(() => parseFilterPolicy(JSON.stringify(keys), 'MessageAttributes'), {
    code: 'FilterPolicyLimitExceeded',
  });
  const many = { a: Array.from({ length: 151 }, (_, at) => `v${at}`) };
  assert.throws(() => parseFilterPolicy(JSON.stringify(many), 'MessageAttributes'), {
    code: 'FilterPolicyLimitExceeded',
  });
});
