/** Placeholders of saved queries: a value stays in the place where its placeholder stands, whatever it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MalformedQuery, parseInvocation, parseQuery } from '#insights';

const NASTY = [
  '',
  '"',
  "'",
  '`',
  '/',
  '\\',
  '\\"',
  '"| limit 1 #',
  "' or 1=1 or a='",
  '/ or 1=1 or a like /',
  '] | limit 1',
  '|',
  '# comment',
  '{{p}}',
  '{{other}}',
  '(?i)a|b.*[x](y){2}^$',
  'a-z&&~~',
  'n',
  'd',
  'line\nbreak\r\ttab',
  '漢字 🙂',
  '$&$1',
];

/** The parts of a tree that hold what was written. */
function found(tree: unknown, kind: string): Record<string, unknown>[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const below = Object.values(tree).flatMap((one) => found(one, kind));
  return 'kind' in tree && tree.kind === kind ? [tree, ...below] : below;
}

test('in quotes, slashes and backticks a value is text, characters to find, part of a name', () => {
  const text = [
    'filter a = "<{{p}}>" and b = \'<{{p}}>\'',
    'filter c like /<{{p}}>/ and d like /[{{p}}x]/',
    'fields `e {{p}}` # {{p}} {{none}}',
    'limit 7',
  ].join(' | ');
  const commands = ['filter', 'filter', 'fields', 'limit'];
  for (const value of NASTY) {
    // A comment ends with its line.
    const query = parseQuery(text.replace(' | limit', '\n| limit'), 'CWLI', new Map([['p', value]]));
    assert.deepEqual(
      query.commands.map(({ command }) => command),
      commands,
      value,
    );
    const literals = found(query, 'literal').map((one) => one['value']);
    assert.deepEqual(literals.slice(0, 2), [`<${value}>`, `<${value}>`]);
    const [whole, inClass] = found(query, 'regex').map((one) => new RegExp(String(one['source']), 'u'));
    assert.equal(whole?.exec(`<${value}>`)?.[0], `<${value}>`, value);
    for (const character of value) assert.ok(inClass?.test(character), `${value}: ${character}`);
    assert.ok(!inClass?.test('q'), value);
    assert.ok(
      found(query, 'field').some((one) => one['name'] === `e ${value}`),
      value,
    );
  }
});

test('by itself a value is one number, period, name or text in quotes, or it is refused at its place', () => {
  const text = 'filter a = {{p}} | stats count(*) by bin({{t}}), {{f}} | sort {{f}} {{d}} | limit {{n}}';
  const fine = { p: '500', t: '5m', f: 'identity.arn', d: 'desc', n: '3' };
  const parse = (more: object): unknown => parseQuery(text, 'CWLI', new Map(Object.entries({ ...fine, ...more })));
  const plain = 'filter a = 500 | stats count(*) by bin(5m), identity.arn | sort identity.arn desc | limit 3';
  const withoutSpans = (tree: unknown): string =>
    JSON.stringify(tree, (key, value: unknown) => (key === 'span' ? undefined : value));
  assert.equal(withoutSpans(parse({})), withoutSpans(parseQuery(plain)));
  assert.deepEqual(
    found(parse({ p: '"a | b"' }), 'literal').map((one) => one['value']),
    ['a | b'],
  );
  for (const value of [...NASTY.filter((one) => !/^(?:[nd]|'.*')$/.test(one)), '1 or 1=1', 'a(b)', '1,2', ' 1', '-1']) {
    assert.throws(
      () => parse({ p: value }),
      (error) => error instanceof MalformedQuery && text.slice(error.span.start, error.span.end) === '{{p}}',
      value,
    );
  }
  const [inQuotes] = found(parse({ p: "' or 1=1 or a='" }), 'literal');
  assert.equal(inQuotes?.['value'], ' or 1=1 or a=');
  // No command, function or operator comes of a value.
  for (const value of ['limit', 'not', 'and', 'or', 'like', 'in']) {
    const [field] = found(parse({ p: value }), 'field').filter((one) => one['name'] === value);
    assert.ok(field, value);
  }
  assert.throws(() => parseQuery('stats {{f}}(a)', 'CWLI', new Map([['f', 'count']])), MalformedQuery);
});

test('a name that is no parameter is refused at its place, and without parameters {{ is text', () => {
  assert.throws(
    () => parseQuery('filter a = "{{b}}"', 'CWLI', new Map([['c', '']])),
    (error) => error instanceof MalformedQuery && error.span.start === 12 && error.span.end === 17,
  );
  assert.deepEqual(
    found(parseQuery('filter a = "{{b}}"'), 'literal').map((one) => one['value']),
    ['{{b}}'],
  );
});

test('a call names a saved query and its values', () => {
  const call = (text: string): unknown => {
    const { name, values } = parseInvocation(text) ?? { name: undefined, values: [] };
    return [name, Object.fromEntries([...values].map(([key, value]) => [key, value.text]))];
  };
  assert.deepEqual(call('fields a'), [undefined, {}]);
  assert.deepEqual(call(' # why\n $Errors'), ['Errors', {}]);
  assert.deepEqual(call('$errors/by-model( model= "a \\"b\\"", n=-5 ,t = 5m, f=a.b)'), [
    'errors/by-model',
    { model: 'a "b"', n: '-5', t: '5m', f: 'a.b' },
  ]);
  assert.deepEqual(call('$"two words"()'), ['two words', {}]);
  assert.deepEqual(call('$`two (words)`'), ['two (words)', {}]);
  for (const [text, place] of [
    ['$', ''],
    ['$a(', ''],
    ['$a(b)', ')'],
    ['$a(b=)', ')'],
    ['$a(b=1 c=2)', 'c'],
    ['$a(b=1, b=2)', 'b'],
    ['$a(b=-x)', 'x'],
    ['$a() | limit 5', '|'],
  ] as const) {
    assert.throws(
      () => parseInvocation(text),
      (error) => error instanceof MalformedQuery && text.slice(error.span.start, error.span.end) === place,
      text,
    );
  }
});
