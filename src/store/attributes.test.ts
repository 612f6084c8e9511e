import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANYTHING, deriveAttributes, PATH_SEPARATOR } from './attributes.ts';

const derived = (value: unknown) => deriveAttributes(JSON.stringify(value));
const path = (...keys: string[]): string => keys.join(PATH_SEPARATOR);

test('scalars are attributes; lists, maps, long texts and names with dots are told by path', () => {
  const long = 'x'.repeat(257);
  const { attributes, others } = derived({
    model: 'm',
    count: 3,
    flag: false,
    nothing: null,
    identity: { arn: 'a', 'odd.name': 1 },
    tags: ['a', 'b'],
    messages: [{ role: 'user' }],
    long,
  });
  assert.deepEqual(JSON.parse(attributes), {
    model: 'm',
    count: 3,
    flag: false,
    identity: { arn: 'a' },
  });
  assert.deepEqual(
    others.toSorted(),
    ['identity', path('identity', 'odd.name'), 'long', 'messages', 'tags'].toSorted(),
  );
});

test('what is no object has nothing; what is too much to tell says so', () => {
  for (const text of ['', 'plain text', '[1]', '{broken', '"x"']) {
    assert.deepEqual(deriveAttributes(text), { attributes: '{}', others: [], completion: '', verbatim: true }, text);
  }
  assert.deepEqual(derived({ big: 'x'.repeat(300_000) }).others, ANYTHING);
  const wide = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`k${index}`, index]));
  assert.deepEqual(derived(wide).others, ANYTHING);
  assert.deepEqual(derived({ ['n'.repeat(200)]: 1 }).others, ANYTHING);
});

test('what lies too deep is told by the path where the looking ended', () => {
  let value: unknown = 1;
  for (let depth = 0; depth < 12; depth += 1) value = { d: value };
  const { others } = derived(value);
  assert.equal(others.at(-1), path(...Array.from({ length: 8 }, () => 'd')));
});

test('a completion is asked of what is an object, however long it is', () => {
  const completionOf = (record: object): string => ('said' in record ? String(record.said) : '');
  assert.equal(deriveAttributes('{"said":"a"}', completionOf).completion, 'a');
  const long = deriveAttributes(JSON.stringify({ said: 'b', big: 'x'.repeat(300_000) }), completionOf);
  assert.deepEqual(long, { attributes: '{}', others: ANYTHING, completion: 'b', verbatim: true });
  assert.deepEqual(deriveAttributes('{"said":"\\ud800"}', completionOf).completion, '\ufffd');
  for (const text of ['plain', '{"said":', '["said"]'])
    assert.equal(deriveAttributes(text, completionOf).completion, '');
});

test('where an ASCII character is escaped, words are not in the text as they are', () => {
  const isVerbatim = (text: string): boolean => {
    const { verbatim } = deriveAttributes(text);
    assert.equal(deriveAttributes(Buffer.from(text)).verbatim, verbatim);
    return verbatim;
  };
  assert.ok(isVerbatim(String.raw`{"a":"line\nbreak, \"quote\", \\, \/, \u00e9, \u4e2d"}`));
  for (const escaped of ['0041', '007a', '0026', '0000']) {
    assert.ok(!isVerbatim(`{"a":"x\\u${escaped}y"}`), escaped);
  }
  assert.ok(!isVerbatim(`{"a":"\\u0041","b":"${'x'.repeat(300_000)}"}`));
});
