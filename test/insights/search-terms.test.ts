/** What the text index is asked beside a pattern must never hide an event that the pattern matches. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InsightsKit, withInsights } from './kit.ts';

const MESSAGES = [
  'Connection timeout after 30 s',
  'the CONNECTION was closed',
  'reconnections: 5',
  '{"level":"error","text":"Übergabeprotokoll fehlt"}',
  '{"level":"ERROR","text":"übergabe"}',
  'foo_barbaz_qux',
  'foo barbaz qux',
  'xfoo barbaz quxy',
  '請確認發票號碼 invoice',
  'invoices',
  'INVOICE: paid',
  'a\nconnection\tb',
  'toKen with the Kelvin sign: to\u212Aen',
  'long s: mi\u017Fsing',
  'missing token',
  '100%_sure',
  'foo😀bar baz',
  'foobar😀',
  '',
];
const TEXTS = [
  'invoice',
  'barbaz',
  ' barbaz ',
  'o barbaz q',
  '_barbaz_',
  'connection',
  'Übergabe',
  'bergabe',
  '確認',
  '100%_sure',
  '"level":"error"',
];
const PATTERNS = [
  'invoices?',
  '(?i)invoice',
  '(?i)(invoice|barbaz)',
  'invoice|closed',
  '(?i)token',
  '(?i)missing',
  'time(out)?',
  'CONNECTION.*closed',
  '"level":\\s*"error"',
  '(?i)"level":"error"',
  '[Cc]onnection',
  '^the',
  'reconnections+: \\d',
  'Übergabe\\w+',
  'foo barbaz{1,2} qux',
  'barba[z] ',
  'xfo{2} bar',
  'foo😀?bar',
  'bar😀*',
  '(?i)FOO😀{0,2}b',
];

for (const knowsWords of [true, false]) {
  const how = knowsWords ? 'by words that are known' : 'by words that the engine scans for';
  test(`a search finds what the pattern alone would find, ${how}`, () => withInsights(searches, { knowsWords }));
}

async function searches(kit: InsightsKit): Promise<void> {
  await kit.put('test', MESSAGES);
  const found = async (condition: string): Promise<string[]> =>
    (await kit.rows(`fields @message | filter ${condition}`)).map((row) => row['@message'] ?? '').toSorted();
  for (const text of TEXTS) {
    const wanted = MESSAGES.filter((message) => message.includes(text)).toSorted();
    assert.deepEqual(await found(`@message like ${JSON.stringify(text)}`), wanted, text);
    const rest = MESSAGES.filter((message) => !message.includes(text)).toSorted();
    assert.deepEqual(await found(`@message not like ${JSON.stringify(text)}`), rest, `not ${text}`);
  }
  for (const pattern of PATTERNS) {
    // The same pattern over a value of the query's own, which no index serves.
    const wanted = await found(`concat(@message, "") like /${pattern}/`);
    assert.ok(wanted.length > 0, pattern);
    assert.deepEqual(await found(`@message like /${pattern}/`), wanted, pattern);
  }
}

test('an event is found by the words of an id in a field of its own; not where an id may be escaped', () =>
  withInsights(async (kit) => {
    const id = 'a5c4f032-efff-425a-8895-81106aaa5980';
    const messages = [
      `{"requestId":"${id}","n":1}`,
      `{"requestId":"${id.toUpperCase()}"}`,
      `{"requestId":"${id}0"}`,
      `{"other":"${id}"}`,
      `{"inner":{"requestId":"${id}"}}`,
      `{"list":[{"requestId":"x"},{"requestId":"${id}"}]}`,
      `requestId ${id}`,
    ];
    await kit.put('test', messages);
    const found = async (condition: string, group: string): Promise<string[]> => {
      const rows = await kit.rows(`fields @message | filter ${condition}`, [group]);
      return rows.map((row) => row['@message'] ?? '').toSorted();
    };
    const indexed = await kit.compile(`filter requestId = "${id}"`);
    assert.match(indexed.sql, /hasAllTokens\(message, \{p\d+:String\}\) AND/);
    assert.deepEqual(await found(`requestId = "${id}"`, 'test'), [messages[0]]);
    assert.deepEqual(await found(`inner.requestId = "${id}"`, 'test'), [messages[4]]);
    assert.deepEqual(await found(`list.1.requestId = "${id}"`, 'test'), [messages[5]]);
    assert.deepEqual(await found(`requestId = "${id}" and n = 2`, 'test'), []);
    assert.deepEqual(
      await found(`not (requestId = "${id}")`, 'test'),
      messages.slice(1, 3).toSorted(),
      'what is missing is neither true nor false',
    );

    const escaped = [`{"requestId":"${id}"}`, `{"requestId":"\\u0061${id.slice(1)}"}`];
    await kit.put('escaped', escaped);
    assert.deepEqual(await found(`requestId = "${id}"`, 'escaped'), escaped.toSorted());
    assert.doesNotMatch((await kit.compile(`filter requestId = "${id}"`, ['escaped'])).sql, /hasAllTokens/);
  }));

test('a search in a field finds what the pattern alone would find', () =>
  withInsights(async (kit) => {
    const texts = [
      ...MESSAGES,
      'line\ninvoice',
      '"invoice"',
      'a\\invoice',
      'x'.repeat(300) + 'invoice',
      1e21,
      1000,
      { inner: 'invoice' },
      ['barbaz', 'connection'],
    ];
    await kit.put(
      'test',
      texts.map((text) => ({ n: 1, text })),
    );
    await kit.put('escaped', ['{"text":"\\u0069nvoice"}', '{"text":"invoice"}']);
    const found = async (condition: string, group = 'test'): Promise<string[]> => {
      const rows = await kit.rows(`fields @message | filter ${condition}`, [group]);
      return rows.map((row) => row['@message'] ?? '').toSorted();
    };
    for (const pattern of [...PATTERNS, '1000', 'e\\+21', 'inner']) {
      const wanted = await found(`concat(text, "") like /${pattern}/`);
      assert.deepEqual(await found(`text like /${pattern}/`), wanted, pattern);
    }
    for (const text of [...TEXTS, 'line\ninvoice', 'nvoice'])
      assert.deepEqual(
        await found(`text like ${JSON.stringify(text)}`),
        await found(`strcontains(text, ${JSON.stringify(text)}) = 1`),
        text,
      );
    assert.match((await kit.compile('sort n | filter text like /invoice/')).sql, /hasAnyTokens/);
    // Only where an index is asked: messages would be taken to pieces one by one.
    assert.doesNotMatch((await kit.compile('limit 5 | filter text like /invoice/')).sql, /hasAnyTokens/);
    assert.doesNotMatch((await kit.compile('limit 5 | filter @message like /invoice/')).sql, /hasAnyTokens/);
    assert.equal((await found('text like /invoice/', 'escaped')).length, 2);
    assert.doesNotMatch((await kit.compile('filter text like /invoice/', ['escaped'])).sql, /Tokens|LIKE/);
  }));
